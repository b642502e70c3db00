// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles
internal import StackPlan

/// The secrets of the stack: credentials that only systemd on this machine can decrypt (systemd-creds(1)).
struct SecretStore: Sendable {
    var directory = Locations.secrets
    var program = "/usr/bin/systemd-creds"
    var files = HostFiles()

    /// The names of all secrets, sorted.
    func names() throws -> [String] {
        try files.names(in: directory).compactMap { name in
            name.hasPrefix(Locations.secretPrefix) ? String(name.dropFirst(Locations.secretPrefix.count)) : nil
        }
    }

    /// Whether there is a secret of that name.
    func has(_ name: String) -> Bool {
        files.kind(path(name)) != nil
    }

    /// Encrypts a secret and puts it in place of an older one in one step.
    ///
    /// The name is sealed in with it: systemd refuses a credential under another name.
    func set(_ name: String, to value: [UInt8]) async throws {
        let run = try await ProgramRun.run(
            program, ["encrypt", "--quiet", "--name=\(Locations.secretPrefix)\(name)", "-", "-"], input: value)
        guard run.succeeded, !run.output.isEmpty else {
            throw CommandFailure(
                "systemd-creds could not encrypt it: \(run.errors.split(separator: "\n").last.map(String.init) ?? "")")
        }
        try files.makeDirectory(directory, mode: 0o700)
        try files.replace(path(name), run.output.utf8, mode: 0o600)
    }

    /// Removes a secret; false when there is none.
    func remove(_ name: String) throws -> Bool {
        guard has(name) else { return false }
        try files.removeTree(path(name))
        return true
    }

    private func path(_ name: String) -> String {
        "\(directory)/\(Locations.secretPrefix)\(name)"
    }
}

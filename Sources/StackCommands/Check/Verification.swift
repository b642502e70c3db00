// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import HostFiles
internal import StackPlan

/// Has the programs that will read the generated files judge them: systemd, cloudflared, nginx.
struct Verification {
    let plan: Plan
    let facts: Facts
    var search = CommandSearch()

    /// What the programs say against the files; programs that are not installed are passed over.
    func diagnostics() async throws -> [Diagnostic] {
        try await ScratchDirectory.use { (path) async throws in
            let entries = plan.entries.mapValues { entry -> GenerationStore.Entry in
                switch entry {
                case .text(let text): .file(Array(relocated(text, to: path).utf8), mode: 0o644)
                case .link(let target): .link(target)
                }
            }
            let root = "\(path)/generation"
            let files = HostFiles(isDurable: false)
            try GenerationStore.write(entries, to: root, files)
            try files.makeDirectory("\(path)/run")
            return try await units(root) + connector(root) + gateway(root)
        }
    }

    /// nginx tries its run-time paths even when it only tests; they exist only where the unit runs.
    private func relocated(_ text: String, to scratch: String) -> String {
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: "/run/mcp-gateway/") {
            result += rest[..<range.lowerBound] + "\(scratch)/run/"
            rest = rest[range.upperBound...]
        }
        return result + rest
    }

    private func units(_ root: String) async throws -> [Diagnostic] {
        guard let analyze = search.find("systemd-analyze") else { return [] }
        let units = plan.paths.filter { $0.hasPrefix("units/mcp-") && !$0.contains(".wants/") }
        guard !units.isEmpty else { return [] }
        // Where the package is not installed, its target and slice are missing and would be complained about.
        for unit in ["mcp-stack.target", "mcp-stack.slice"] {
            try HostFiles().create("\(root)/units/\(unit)", "[Unit]\nDescription=MCP stack\n".utf8)
        }
        let run = try await ProgramRun.run(
            analyze, ["verify", "--recursive-errors=yes", "--man=no"] + units.map { "\(root)/\($0)" },
            environment: ["SYSTEMD_UNIT_PATH": "\(root)/units:"])
        return Self.complaints(in: run.errors, about: units.map { String($0.dropFirst("units/".count)) }).map {
            Diagnostic(.error, .refusedByVerifier, "systemd-analyze: \($0)", at: nil)
        }
    }

    /// The lines of `systemd-analyze verify` that are about our units.
    ///
    /// It also complains about unrelated units of the machine, and about programs that are installed elsewhere or
    /// not yet; the latter is checked with a place in the stack file.
    static func complaints(in text: String, about units: [String]) -> [String] {
        text.split(separator: "\n").map(String.init).filter { line in
            units.contains { line.contains($0) } && !line.contains("is not executable: No such file or directory")
        }
    }

    private func connector(_ root: String) async throws -> [Diagnostic] {
        guard plan.entries["connector/config.yml"] != nil, let program = facts.commands["cloudflared"] else {
            return []
        }
        let run = try await ProgramRun.run(
            program, ["tunnel", "--config", "\(root)/connector/config.yml", "ingress", "validate"])
        // Unknown keys only warn and the exit status stays 0; the word OK is what counts.
        guard !run.succeeded || run.output.split(separator: "\n").last != "OK" else { return [] }
        return [
            Diagnostic(
                .error, .refusedByVerifier, "cloudflared: \(firstLines(run.errors + run.output))", at: nil)
        ]
    }

    private func gateway(_ root: String) async throws -> [Diagnostic] {
        guard plan.entries["gateway/nginx.conf"] != nil, let program = facts.commands["nginx"] else { return [] }
        let run = try await ProgramRun.run(
            program, ["-t", "-q", "-e", "stderr", "-c", "\(root)/gateway/nginx.conf"])
        guard !run.succeeded else { return [] }
        return [Diagnostic(.error, .refusedByVerifier, "nginx: \(firstLines(run.errors))", at: nil)]
    }

    private func firstLines(_ text: String) -> String {
        text.split(separator: "\n").prefix(3).joined(separator: "; ")
    }
}

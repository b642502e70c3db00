// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// What became of the secrets of an import.
struct KeptSecrets: Equatable {
    /// Those that were set.
    var new: [String] = []
    /// Those that had been set before, and were left as they are.
    var older: [String] = []

    init() {}

    /// Stores the secrets that the file has; one that is set already is not touched.
    init(of stack: ImportedStack, in store: SecretStore) async throws {
        for secret in stack.secrets {
            guard let value = secret.value else { continue }
            if store.has(secret.credential) {
                older.append(secret.credential)
            } else {
                try await store.set(secret.credential, to: Array(value.revealed.utf8))
                new.append(secret.credential)
            }
        }
    }
}

/// What an import says at its end, on standard error.
struct ImportReport {
    let stack: ImportedStack
    /// The stack file that was made.
    let text: String
    /// Where it was written; nil for standard output.
    let output: String?

    func lines(_ kept: KeptSecrets) -> [String] {
        let servers = stack.servers.count { $0.entries != nil }
        let leftOut = stack.servers.count - servers
        let todos = text.split(separator: "\n").count { $0.drop { $0 == " " }.hasPrefix("# todo:") }
        var lines = [
            "Imported \(counted(servers, "server"))" + (leftOut > 0 ? ", left out \(leftOut)" : "")
                + (todos > 0 ? "; \(counted(todos, "comment")) marked 'todo' for you to decide" : "") + "."
        ]
        lines += kept.new.map { "Secret '\($0)' is set." }
        lines += kept.older.map {
            "Secret '\($0)' was set before and stays as it is; 'mcp-stack secret rm \($0)' makes room for the file's."
        }
        let missing = stack.secrets.filter { !(kept.new + kept.older).contains($0.credential) }
        if !missing.isEmpty {
            lines.append("To be set as root, before 'mcp-stack apply':")
            lines += stack.secretCommands(missing).map { "  \($0)" }
            if missing.contains(where: { $0.value != nil }) {
                lines.append("Those that are in the file are set at once when root runs this with --set-secrets.")
            }
        }
        if let output { lines.append("Wrote \(output). Next: mcp-stack check --config \(output)") }
        return lines
    }

    private func counted(_ count: Int, _ word: String) -> String {
        "\(count) \(word)\(count == 1 ? "" : "s")"
    }
}

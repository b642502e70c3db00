// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Names the secrets of an import: one credential for each secret, however often it is used.
struct SecretLedger {
    /// What a secret is.
    enum Content: Hashable {
        /// The secret itself stood in the file.
        case value(HiddenText)
        /// The file names where its client gets it from.
        case reference(String)
    }

    private(set) var secrets: [ImportedSecret] = []
    private var contents: [Content] = []

    /// The credential for a secret, made when there is none for it yet.
    ///
    /// - Parameters:
    ///   - content: The secret or what refers to it.
    ///   - variable: The variable that a server gets it in, which also names it.
    ///   - server: The server's name, told apart by when another secret has the same name.
    /// - Returns: The credential's name.
    mutating func credential(for content: Content, variable: String, server: String) -> String {
        let use = "\(variable) of '\(server)'"
        if let index = contents.firstIndex(of: content) {
            if !secrets[index].uses.contains(use) { secrets[index].uses.append(use) }
            return secrets[index].credential
        }
        let name = freeName(variable, server)
        contents.append(content)
        let value: HiddenText? = if case .value(let value) = content { value } else { nil }
        secrets.append(ImportedSecret(credential: name, value: value, uses: [use]))
        return name
    }

    /// Adds a secret under a name of its own; the first one keeps it.
    mutating func add(_ credential: String, value: String?, use: String) {
        guard !secrets.contains(where: { $0.credential == credential }) else { return }
        contents.append(value.map { .value(HiddenText($0)) } ?? .reference("credential \(credential)"))
        secrets.append(ImportedSecret(credential: credential, value: value.map(HiddenText.init), uses: [use]))
    }

    /// Whether a text contains a secret that is known by now; those of a few letters may stand anywhere.
    func isContained(in text: String) -> Bool {
        secrets.contains { secret in
            guard let value = secret.value?.revealed, value.count >= 8 else { return false }
            return text.contains(value)
        }
    }

    /// Names that say nothing about whose secret it is.
    private static let generic: Set<String> = [
        "token", "secret", "key", "pat", "password", "auth", "authorization", "header", "url", "endpoint", "dsn",
        "api-key", "api-token", "x-api-key", "access-key", "access-token", "auth-token", "auth-header", "bearer-token",
        "secret-key", "secret-url", "client-secret", "database-url", "redis-url", "db-password", "db-url",
    ]

    private func freeName(_ variable: String, _ server: String) -> String {
        let slug = ServerNames.slug(variable)
        let base = slug.isEmpty ? "secret" : slug
        let candidates =
            (Self.generic.contains(base) ? [] : [base]) + ["\(server)-\(base)"]
            + (2...1000).map { "\(server)-\(base.prefix(24))-\($0)" }
        return candidates.first { name in !secrets.contains { $0.credential == name } } ?? base
    }
}

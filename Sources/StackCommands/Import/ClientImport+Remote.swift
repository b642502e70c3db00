// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import LocatedYAML
internal import StackModel
internal import StackPlan

extension ClientImport {
    /// A server that the client reaches by URL: ours when it runs on this machine or its network, left out elsewhere.
    mutating func remote(_ node: Node, _ server: Node, _ draft: ServerDraft) -> ImportedServer {
        var draft = draft
        guard let text = node.text else {
            warn(.unexpectedType, "expected a URL, found \(node.typeName)", node)
            return leftOut(draft, .todo("its 'url' is \(node.typeName)"))
        }
        let template = ValueTemplate(text).filled(inputs)
        guard let filled = template.literal else {
            let secret = SecretSigns.isSecretText(template.text) || template.openParts.contains { $0.isSecret(inputs) }
            return leftOut(
                draft,
                .todo(
                    "its address has to be filled in by the client" + (secret ? "" : ": \(shown(template.text))"),
                    remedy: "a server on this machine is imported with 'url: http://localhost:PORT'; "
                        + "somebody else's is not ours to expose"))
        }
        guard let address = ServiceAddress(filled) else {
            return leftOut(draft, .todo("its 'url' is not an http or https address with a usable host"))
        }
        guard address.isLocal else {
            draft.say(
                .note(
                    "it is a service at '\(address.host)' already, and clients reach it there; it is not ours to expose",
                    remedy: "keep it in the client's own configuration"))
            return ImportedServer(name: draft.name, entries: nil, remarks: draft.remarks)
        }
        if !(server["headers"]?.entries ?? []).isEmpty {
            draft.say(
                .note(
                    "the client's headers were left out, their secrets with them: each client sends its own",
                    remedy: "write them into the clients that use the new address"))
        }
        if address.hasUser || address.hasQuery {
            draft.say(
                .todo(
                    "a user name, password or query in its address was left out: clients send their own",
                    remedy: "add it to the address that is given to clients"))
        }
        var entries = [YAMLValue.Entry("url", .text(address.origin))]
        let type = server["type"]?.text ?? server["transport"]?.text
        let isSSE = type == "sse" || address.path.hasSuffix("/sse")
        if SecretSigns.isSecretText(address.path) {
            draft.say(
                .todo(
                    "its path looks like a secret, and was left out: whoever can read this file could use it",
                    remedy: "let the server answer at /mcp, and protect it with 'access'"))
        } else if address.path != (isSSE ? "/sse" : "/mcp"), !address.path.isEmpty {
            entries.append(.init("path", .text(address.path)))
        }
        if isSSE { entries.append(.init("transport", .text("sse"))) }
        return ImportedServer(name: draft.name, entries: entries, remarks: draft.remarks)
    }
}

/// The address of a service as another program wrote it, with what a stack's `url:` does not have.
struct ServiceAddress: Equatable {
    /// `http` or `https`; `ws` and `wss` mean the same to cloudflared (`ingress/ingress.go`).
    var scheme: String
    /// The host, an IPv6 address in brackets.
    var host: String
    /// The port as it is written.
    var port: String?
    /// The path, empty for none.
    var path: String
    /// Whether a user name stands in it.
    var hasUser: Bool
    /// Whether a query or a fragment stands in it.
    var hasQuery: Bool

    /// Reads an address; nil for anything but http, https, ws and wss.
    init?(_ text: String) {
        guard let colon = text.firstRange(of: "://") else { return nil }
        switch text[..<colon.lowerBound].lowercased() {
        case "http", "ws": scheme = "http"
        case "https", "wss": scheme = "https"
        default: return nil
        }
        let rest = text[colon.upperBound...]
        var authority = rest.prefix { !"/?#".contains($0) }
        let tail = rest[authority.endIndex...]
        path = String(tail.prefix { !"?#".contains($0) })
        if path == "/" { path = "" }
        hasQuery = tail.contains { "?#".contains($0) }
        hasUser = authority.contains("@")
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            port = String(authority[authority.index(after: colon)...])
            authority = authority[..<colon]
        }
        // Where a host belongs, a secret is a slip of the hand that must not come out.
        guard !SecretSigns.isSecretText(String(authority)) else { return nil }
        host = authority.lowercased()
        // Both mean this machine: one to a server that listens, the other inside of a container.
        if host == "0.0.0.0" || host == "host.docker.internal" { host = "localhost" }
        guard (try? OriginURL(parsing: origin)) != nil else { return nil }
    }

    /// The address as `url:` takes it.
    var origin: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// Whether the service runs on this machine or in its network.
    var isLocal: Bool {
        ["localhost", "[::1]"].contains(host) || host.hasPrefix("127.")
            || PrivateNetwork.contains(host[...]) || !host.contains(".") || host.hasSuffix(".localhost")
            || [".local", ".lan", ".internal", ".home.arpa"].contains { host.hasSuffix($0) }
    }
}

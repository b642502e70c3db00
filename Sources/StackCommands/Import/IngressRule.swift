// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import GoRegexp
internal import LocatedYAML
internal import StackModel

/// One rule of cloudflared's ingress list (`ingress/rule.go`).
struct IngressRule: Equatable {
    /// The host name as it is written; nil for any.
    var hostname: String?
    /// The expression for the path; nil for any.
    var path: String?
    /// Where requests go.
    var service: String
    /// Keys that cloudflared does not know in a rule.
    var unknownKeys: [String] = []

    init(_ node: Node) {
        hostname = node["hostname"]?.text.flatMap { $0.isEmpty || $0 == "*" ? nil : $0 }
        path = node["path"]?.text.flatMap { $0.isEmpty ? nil : $0 }
        service = node["service"]?.text ?? ""
        unknownKeys = node.entries.map(\.key).filter { !["hostname", "path", "service", "originRequest"].contains($0) }
    }

    init(service: String) {
        self.service = service
    }

    /// Whether the rule takes every request.
    var isCatchAll: Bool { hostname == nil && path == nil }

    /// Whether no request gets past this rule to another one (`ingress/rule.go`).
    func takesEverything(of other: IngressRule) -> Bool {
        Hostname.covers(hostname?.lowercased(), other.hostname?.lowercased()) && (path == nil || path == other.path)
    }

    /// The service as a comment may show it: without user, password and query.
    var shownService: String {
        if let address = ServiceAddress(service) {
            return address.origin + (SecretSigns.isSecretText(address.path) ? "/…" : address.path)
        }
        return "a service"
    }

    /// A name for what the rule leads to: the first plain word of the path, or the first part of the host name.
    var name: String {
        if let path {
            let words = path.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")) }
            if let word = words.first(where: { $0.count > 1 }), SecretSigns.isSecretText(path) == false {
                return String(word)
            }
        }
        guard let hostname, !SecretSigns.isSecretText(hostname) else { return "origin" }
        let label = hostname.split(separator: ".").first { $0 != "*" }
        return label.map(String.init) ?? "origin"
    }

    /// What keeps the rule's host name from ever matching, if anything does, and the name to use.
    var checkedHostname: (name: String?, remark: Remark?) {
        guard let hostname else { return (nil, nil) }
        guard !SecretSigns.isSecretText(hostname) else {
            return (nil, .todo("its host name looks like a secret, and was left out with the rule"))
        }
        guard let problem = Hostname.problem(with: hostname) else { return (hostname, nil) }
        let text = shown(hostname)
        switch problem {
        case .upperCase where Hostname.problem(with: hostname.lowercased()) == nil:
            return (hostname.lowercased(), .note("\(text) is written in lower case, as browsers and clients send it"))
        case .trailingDot:
            return (nil, .todo("\(text) ends in a dot, and such a rule never matches", remedy: "leave the dot out"))
        case .wildcard:
            return (
                nil,
                .todo(
                    "\(text) matches nothing: a '*' stands for something only alone in front, as in '*.example.com'",
                    remedy: "say which names are meant")
            )
        case .port, .scheme, .path:
            return (
                nil,
                .todo("\(text) has more than the name in it, and matches nothing", remedy: "write the name alone")
            )
        case .international(let ascii):
            return (ascii, .note("\(text) is written as DNS and clients have it"))
        default:
            return (
                nil,
                .todo(
                    "\(text) has characters that DNS host names do not have",
                    remedy: "say which name is meant")
            )
        }
    }

    /// What a person should know about the expression for the path; fatal when cloudflared refuses it.
    var pathProblem: (remark: Remark, isFatal: Bool)? {
        guard let path else { return nil }
        if SecretSigns.isSecretText(path) {
            return (
                .todo(
                    "its path looks like a secret, and was left out with the rule",
                    remedy: "protect the server with 'access'; a path is no access control"), true
            )
        }
        let pattern: PathPattern
        do throws(GoRegexp.SyntaxError) {
            pattern = try PathPattern(path)
        } catch {
            return (
                .todo(
                    "the path \(shown(path)) is refused by cloudflared: \(error)",
                    remedy: PathPattern.hint(for: error, in: path)), true
            )
        }
        if PathPattern.isGlobLike(path) {
            return (
                .todo(
                    "the path \(shown(path)) looks like a file pattern and means something else",
                    remedy: PathPattern.hintForGlob(path)), false
            )
        }
        if !pattern.isAnchored {
            let plain = path.hasPrefix("/") ? path : "/\(path)"
            return (
                .todo(
                    "the path \(shown(path)) matches anywhere in a path, so also in '/x\(plain)y'",
                    remedy: "start it with '^', as in ^\(plain)(/.*)?$"), false
            )
        }
        return nil
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import GoRegexp
internal import StackModel

extension RouteAnswer {
    /// What surprises people about such a request.
    func notes(_ match: RouteMatch, _ request: RequestURL) -> [String] {
        var notes: [String] = []
        if request.hostname.isEmpty {
            notes.append(
                "the URL has no host name: '\(request.scheme):' was taken for its scheme; write https://\(url) for a host"
            )
        }
        if !request.hostname.utf8.allSatisfy({ $0 < 0x80 }) {
            notes.append("clients send such a host name in its spelling for DNS, which begins with 'xn--'")
        }
        if match.misses.contains(where: { $0.obstacle == .undecided }) {
            notes.append(
                "this answer holds unless cloudflared finds a match where it says above that only cloudflared can judge"
            )
        }
        if case .route(let row) = match.rule, let prefix = prefix(of: row.route) {
            let server = "server '\(row.server.name.value)'"
            notes.append(
                row.route.stripsPrefix
                    ? "the bridge of \(server) takes the prefix off: it is asked for '\(stripped(prefix))'"
                    : "the prefix is not stripped: \(server) is asked for '\(path)', with '\(prefix)'")
        }
        notes += pathNotes(request)
        if decider == .gateway {
            notes.append(
                "'mode: local' has no cloudflared: the gateway on 127.0.0.1:8787 tries the same rules in the same order"
            )
        }
        return notes
    }

    private func pathNotes(_ request: RequestURL) -> [String] {
        let segments = request.path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        let hasDots = segments.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
        switch decider {
        case .cloudflared:
            guard hasDots || segments.dropLast().contains(where: \.isEmpty) else { return [] }
            return [
                "cloudflared matches and forwards dot segments and doubled slashes as they are; the server may resolve "
                    + "them, so a path is no boundary for access"
            ]
        case .gateway:
            guard hasDots else { return [] }
            guard let seen = GatewayRequest(request).path else {
                return ["the gateway answers a path that climbs above the root with 400"]
            }
            return [
                "the gateway resolves dot segments before it looks for a rule, here to "
                    + "'\(String(decoding: seen, as: UTF8.self))'; cloudflared does not"
            ]
        }
    }

    private func stripped(_ prefix: String) -> String {
        let rest = path.hasPrefix(prefix) ? path.dropFirst(prefix.count) : path[...]
        return rest.hasPrefix("/") ? String(rest) : path
    }

    /// The fixed beginning of a route's path, when there is more to it than the root.
    private func prefix(of route: Route) -> String? {
        guard let text = route.path, let expression = try? GoRegexp(text), expression.isAnchoredAtStart else {
            return nil
        }
        let prefix = expression.literalPrefix
        return prefix.count > 1 ? prefix : nil
    }
}

extension RouteAnswer {
    /// The answer for people.
    var text: String {
        var lines = ["\(hostname.isEmpty ? "(no host name)" : hostname) \(path.isEmpty ? "(no path)" : path)", ""]
        lines.append(rule.number < 0 ? "Matched cloudflared's own rule" : "Matched rule #\(rule.number)")
        let values: [(String, String?)] = [
            ("hostname", rule.hostname), ("path", rule.path), ("service", rule.service), ("server", rule.server),
            ("access", rule.access),
        ]
        for (key, value) in values {
            guard let value else { continue }
            lines.append("  \(key):" + String(repeating: " ", count: 10 - key.count) + value)
        }
        lines += ["", "Why"]
        lines += misses.map { "  not #\($0.number) (\($0.server)): \($0.reason)" }
        lines.append("  \(rule.number < 0 ? "" : "#\(rule.number)\(rule.server.map { " (\($0))" } ?? ""): ")\(reason)")
        if !notes.isEmpty { lines += ["", "Note"] + notes.map { "  \($0)" } }
        return lines.map(Self.printable).joined(separator: "\n") + "\n"
    }

    /// A line without the control characters that a decoded path may have, which a terminal would obey.
    private static func printable(_ line: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            if scalar.properties.generalCategory == .control {
                result += "\\x{\(String(scalar.value, radix: 16))}".unicodeScalars
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

/// cloudflared's configuration: the routes in the order of the stack file, and a last rule for the rest.
///
/// cloudflared ignores every false and every zero at the top level of its file, and every key there that it does not
/// know, so nothing of that kind is written (`vendor/…/altsrc/flag.go`).
struct ConnectorConfiguration {
    let stack: Stack
    /// The comment lines on top.
    let header: [String]

    var text: String {
        var lines = header.map { "# \($0)" }
        switch stack.tunnel {
        case .local: break
        case .named(let tunnel):
            if let reference = tunnel.reference {
                lines.append("tunnel: \(tunnel.id ?? YAMLText.quoted(reference.value))")
            }
            lines.append("protocol: \(tunnel.transportProtocol.rawValue)")
        case .quick(let transportProtocol):
            lines.append("protocol: \(transportProtocol.rawValue)")
        }
        lines += [
            "no-autoupdate: true",
            "grace-period: 10s",
            "originRequest:",
            "  keepAliveTimeout: \(OriginRequest.defaultKeepAlive.unitText)",
            "ingress:",
        ]
        let rows = RouteTable(stack).rows
        for row in rows {
            lines.append("  # \(row.server.name.value)")
            lines += rule(row.route, row.server).enumerated().map { index, key in (index == 0 ? "  - " : "    ") + key }
        }
        // cloudflared refuses a rule behind one that takes everything.
        if let last = rows.last?.route, last.hostname == nil, last.path == nil {
            return lines.joined(separator: "\n") + "\n"
        }
        lines.append("  - service: http_status:404")
        return lines.joined(separator: "\n") + "\n"
    }

    private func rule(_ route: Route, _ server: Server) -> [String] {
        var keys: [String] = []
        if let hostname = route.hostname { keys.append("hostname: \(YAMLText.quoted(hostname))") }
        if let path = route.path { keys.append("path: \(YAMLText.quoted(path))") }
        if case .policy(let name) = route.access.value, stack.isClosed(route) {
            keys.append("# Nobody gets in: policy '\(name)' has no 'team-name' and 'audience' to check.")
        }
        keys.append("service: \(YAMLText.quoted(stack.service(of: route, to: server)))")
        if stack.isClosed(route) { return keys }
        let request = originRequest(server) + (stack.policy(of: route)?.verification.map(Self.access) ?? [])
        if !request.isEmpty {
            keys.append("originRequest:")
            keys += request.map { "  " + $0 }
        }
        return keys
    }

    /// The check of Access tokens, in the rule itself: cloudflared shows the one at the top level and never does it
    /// (`ingress/ingress.go`, `validateIngress`; cloudflared issue 784).
    private static func access(_ verification: AccessVerification) -> [String] {
        [
            "# In every rule, because cloudflared does not enforce the one at the top level.",
            "access:",
            "  required: true",
            "  teamName: \(YAMLText.quoted(verification.teamName))",
            "  audTag: [\(verification.audiences.map(YAMLText.quoted).joined(separator: ", "))]",
        ]
    }

    private func originRequest(_ server: Server) -> [String] {
        var lines: [String] = []
        let origin = server.settings.origin
        if case .http(_, let port) = server.program, origin.values[.httpHostHeader] == nil {
            lines.append("# MCP SDKs answer 421 to a Host that is not their own address.")
            lines.append("httpHostHeader: \(YAMLText.quoted("localhost:\(port.value)"))")
        }
        for key in origin.keys {
            guard let value = origin.values[key]?.value else { continue }
            lines += Self.lines(key, value)
        }
        return lines
    }

    private static func lines(_ key: OriginRequest.Key, _ value: OriginRequest.Value) -> [String] {
        switch value {
        case .duration(let duration): ["\(key.rawValue): \(duration.unitText)"]
        case .boolean(let isOn): ["\(key.rawValue): \(isOn)"]
        case .number(let number): ["\(key.rawValue): \(number)"]
        case .text(let text): ["\(key.rawValue): \(YAMLText.quoted(text))"]
        case .rules(let rules):
            rules.isEmpty
                ? ["\(key.rawValue): []"]
                : ["\(key.rawValue):"]
                    + rules.flatMap { rule in
                        [
                            "  - prefix: \(YAMLText.quoted(rule.prefix))",
                            "    ports: [\(rule.ports.map(String.init).joined(separator: ", "))]",
                            "    allow: \(rule.isAllowed)",
                        ]
                    }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML
internal import StackModel
internal import StackPlan

extension ConnectorImport {
    /// The server that a rule leads to, with the rule as its route.
    mutating func server(_ rule: IngressRule, originRequest: Node?) -> ImportedServer {
        var server = ImportedServer(name: names.take(rule.name))
        let (hostname, problem) = rule.checkedHostname
        if let problem { server.remarks.append(problem) }
        if let path = rule.pathProblem {
            server.remarks.append(path.remark)
            if path.isFatal { return server }
        }
        guard rule.hostname == nil || hostname != nil else { return server }
        guard let origin = origin(rule, &server) else { return server }
        let settings = OriginSettings(
            originRequest, isDefault: false, host: host, service: rule.service, hostname: rule.hostname)
        server.remarks += settings.remarks
        for key in rule.unknownKeys where !SecretSigns.isSecretText(key) {
            let meant = Spelling.closest(to: key, among: ["hostname", "path", "service", "originRequest"])
            server.remarks.append(
                .todo(
                    "\(shown(key)) means nothing to cloudflared in a rule, so it never had an effect",
                    remedy: meant.map { "'\($0)' was meant, perhaps" }))
        }
        var route: [YAMLValue.Entry] = []
        if let hostname { route.append(.init("hostname", .text(hostname))) }
        if let path = rule.path { route.append(.init("path", .text(path))) }
        if !route.isEmpty { server.routes = [route] }
        server.entries = origin + (settings.entries.isEmpty ? [] : [.init("origin", .map(settings.entries))])
        return server
    }

    /// `url:` for a service; nil, with the reason, for what a stack does not carry.
    private func origin(_ rule: IngressRule, _ server: inout ImportedServer) -> [YAMLValue.Entry]? {
        let service = rule.service
        if let socket = Self.socket(service) {
            guard socket.hasPrefix("/") else {
                server.remarks.append(
                    .todo("the socket of its service is not an absolute path", remedy: "write it like unix:/run/x.sock")
                )
                return nil
            }
            return [.init("url", .text("unix:\(socket)"))]
        }
        guard let address = ServiceAddress(service) else {
            server.remarks.append(Self.refusal(of: rule))
            return nil
        }
        if address.hasUser || address.hasQuery {
            server.remarks.append(
                .note("a user name, password or query in the service's address was left out; cloudflared ignores them"))
        }
        if !address.host.contains("."), !address.host.hasPrefix("["), address.host != "localhost" {
            server.remarks.append(
                .todo(
                    "'\(address.host)' is no full host name; a container's name means nothing outside of docker's network",
                    remedy: "publish the container's port on 127.0.0.1 and write url: http://localhost:PORT"))
        }
        var entries = [YAMLValue.Entry("url", .text(address.origin))]
        if !address.path.isEmpty, !SecretSigns.isSecretText(address.path) {
            entries.append(.init("path", .text(address.path)))
            server.remarks.append(
                .note(
                    "the service had the path '\(address.path)', with which cloudflared refuses to start: a request "
                        + "keeps its own path; it is now 'path', the MCP endpoint's"))
        }
        return entries
    }

    private static func socket(_ service: String) -> String? {
        guard service.hasPrefix("unix:") else { return nil }
        let path = service.dropFirst(5)
        return path.hasPrefix("//") ? String(path.dropFirst(2)) : String(path)
    }

    private static func refusal(of rule: IngressRule) -> Remark {
        let service = rule.service
        let scheme = service.split(separator: ":", maxSplits: 1).first.map { $0.lowercased() } ?? ""
        switch scheme {
        case "":
            return .todo("the rule has no 'service', and cloudflared refuses it", remedy: "say where requests go")
        case "http_status":
            return .note("it only answered with a fixed status; a stack answers 404 to what no route takes")
        case "hello_world", "hello-world":
            return .note(
                "it was cloudflared's own test page", remedy: "a server with 'builtin: status' answers over MCP")
        case "tcp", "ssh", "rdp", "smb", "bastion", "socks-proxy":
            return .todo(
                "'\(scheme)' carries no HTTP, and a stack carries nothing else",
                remedy: "keep a cloudflared of its own for it, with a tunnel of its own")
        case "unix+tls":
            return .todo("TLS on a unix socket is not what a stack can speak", remedy: "let it speak plain HTTP there")
        case "http", "https", "ws", "wss":
            return .todo("its address has no usable host or port", remedy: "write it like http://localhost:3001")
        default:
            if !service.contains("://") {
                return .todo(
                    "the service has no scheme, and cloudflared refuses it",
                    remedy: "write it like http://localhost:3001")
            }
            return .todo(
                "'\(scheme.prefix(12))' is no scheme that cloudflared knows; it takes it for raw TCP, and answers "
                    + "200 with an empty page",
                remedy: "write 'http://' or 'https://'")
        }
    }
}

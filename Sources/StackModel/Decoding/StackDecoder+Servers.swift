// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML
internal import UnitFile

extension StackDecoder {
    func servers(_ node: Node, _ defaults: SettingsFragment, domain: String?, _ tunnel: Tunnel?) -> [Server] {
        guard case .mapping(let pairs) = node.content else {
            findings.wrongType("a mapping of names to servers", node)
            return []
        }
        if pairs.isEmpty {
            findings.error(.missingKey, "the stack has no servers", at: node.range)
        }
        return pairs.compactMap { server($0, defaults, domain: domain, tunnel) }
    }

    private func server(
        _ pair: Node.Pair, _ defaults: SettingsFragment, domain: String?, _ tunnel: Tunnel?
    ) -> Server? {
        if !Hostname.isServerName(pair.key) {
            findings.error(
                .invalidValue,
                "a server's name has 1 to 32 lower-case letters, digits and '-', with no '-' at either end",
                at: pair.keyRange)
        }
        let subject = "server '\(pair.key)'"
        let isQuick = if case .quick? = tunnel { true } else { false }
        guard var map = MappingReader(pair.value, Language.server, subject, findings) else { return nil }
        defer { map.finish() }
        let program = self.program(&map, pair, subject)
        let isExternal = if case .external? = program { true } else { false }
        if isExternal { refuseProcessKeys(&map, subject) }
        var fragment = SettingsFragment()
        if isExternal {
            fragment.origin = map.take("origin").map { OriginRequest(decoding: $0, findings) } ?? OriginRequest()
        } else {
            fragment = SettingsFragment(&map, findings)
        }
        let start = isExternal ? nil : self.start(&map, program)
        let (environment, secrets) = environmentAndSecrets(&map)
        let paths = map.take("paths").map(self.paths) ?? PathAccess()
        let speech = self.speech(&map, program)
        let unit = self.unit(&map, program)
        let routes = self.routes(
            &map,
            RouteContext(
                server: pair, domain: domain, access: defaults.access, isBridged: program?.isBridged ?? false,
                takesEveryName: isQuick))
        let rateLimit = map.take("rate-limit").flatMap(self.rateLimit)
        guard let program else { return nil }
        var settings = fragment.settings(over: defaults)
        if case .proxied = program, fragment.sessions == nil, defaults.sessions == nil {
            // A session with a server that speaks HTTP costs no process.
            settings.sessions = .perClient
        }
        if program == .status {
            // The stack's own server talks to the daemon's socket and to nothing else.
            settings.network = .none
        }
        return Server(
            name: Located(pair.key, at: pair.keyRange), program: program, routes: routes,
            transport: speech.transport, endpointPath: speech.endpoint, healthPath: speech.health, unit: unit,
            start: start ?? .onDemand, environment: environment, secrets: secrets, paths: paths, settings: settings,
            rateLimit: rateLimit, ownOriginKeys: Set(fragment.origin.keys))
    }

    // MARK: What it is

    private func program(_ map: inout MappingReader, _ pair: Node.Pair, _ subject: String) -> Server.Program? {
        let command = map.takePair("command")
        let url = map.takePair("url")
        let builtin = map.takePair("builtin")
        let port = map.takePair("port")
        let bridge = map.takePair("bridge")
        let given = [command, url, builtin].compactMap(\.self)
        guard let first = given.first else {
            guard !["command", "url", "builtin"].contains(where: map.isProbablyMisspelt) else { return nil }
            findings.error(
                .missingKey, "\(subject) needs 'command', 'url' or 'builtin'", at: pair.keyRange,
                hint: "'command' starts a program, 'url' routes to a service that already runs")
            return nil
        }
        for other in given.dropFirst() {
            findings.add(
                Diagnostic(
                    .error, .contradiction, "'\(first.key)' and '\(other.key)' exclude each other",
                    at: other.keyRange, notes: [.init("'\(first.key)' stands here", at: first.keyRange)]))
        }
        if let port, command == nil {
            findings.error(.contradiction, "'port' belongs to a 'command' that speaks HTTP", at: port.keyRange)
        }
        if let bridge, bridge.value.choice(findings, Server.Bridge.self) != nil, command == nil || port == nil {
            findings.error(
                .contradiction, "'bridge' is for a 'command' with a 'port', which speaks HTTP itself",
                at: bridge.keyRange,
                hint: command == nil
                    ? "the bridge runs the server that it stands before; leave it out"
                    : "a server that speaks on standard input and output is behind the bridge anyway; leave it out")
        }
        if let command {
            let words = self.command(command.value)
            let number = port?.value.int(findings, in: 1...65535)
            guard let words, port == nil || number != nil else { return nil }
            guard let port, let number else { return .stdio(command: words) }
            let place = Located(number, at: port.value.range)
            return bridge == nil ? .http(command: words, port: place) : .proxied(command: words, port: place)
        }
        return url.map { external($0.value) } ?? builtin.flatMap { self.builtin($0.value) }
    }

    private func command(_ node: Node) -> [Located<String>]? {
        if case .scalar = node.content {
            findings.error(
                .wrongType, "a command is a list of words", at: node.range,
                hint: "write it like [npx, -y, some-server]; no shell reads it")
            return nil
        }
        guard let items = node.items(findings) else { return nil }
        let words = items.compactMap { item in item.line(findings).map { Located($0, at: item.range) } }
        guard let first = items.first else {
            findings.error(.invalidValue, "the command names no program", at: node.range)
            return nil
        }
        // A program that cannot be read was reported, and the word behind it is none.
        guard let program = words.first, program.range == first.range else { return nil }
        if program.value.isEmpty {
            findings.error(.invalidValue, "the command names no program", at: program.range)
            return nil
        }
        if program.value.utf8.contains(UInt8(ascii: "/")), program.value.utf8.first != UInt8(ascii: "/") {
            findings.error(
                .invalidValue, "a program is a bare name or an absolute path", at: program.range,
                hint: "relative paths and '~' mean nothing to a system service")
            return nil
        }
        guard UnitValue.isProgram(program.value) else {
            findings.error(
                .invalidValue, "systemd starts no program of this name", at: program.range,
                hint:
                    "it has no quotes, backslashes and '$', no '/' and no space at the end and none of '@-:+!|' in front"
            )
            return nil
        }
        // Escaping doubles a line at worst, and systemd reads none of more than 1 MiB.
        guard words.reduce(0, { $0 + $1.value.utf8.count + 3 }) <= Self.maximumCommandSize else {
            findings.error(
                .invalidValue, "a command has at most \(Self.maximumCommandSize / 1024) KiB", at: node.range)
            return nil
        }
        return words.count == items.count ? words : nil
    }

    private static let maximumCommandSize = 256 << 10

    private func external(_ node: Node) -> Server.Program? {
        guard let text = node.line(findings) else { return nil }
        do {
            return .external(Located(try OriginURL(parsing: text), at: node.range))
        } catch {
            let (message, hint): (String, String?) =
                switch error {
                case .scheme: schemeProblem(text)
                case .host: ("the address has no usable host", nil)
                case .port: ("expected a port from 1 to 65535", nil)
                case .path:
                    (
                        "a path cannot be part of the address: a request keeps its own path",
                        "leave everything behind the port out; 'path' says where the MCP endpoint is"
                    )
                case .socket: ("expected the absolute path of a socket", "write it like unix:/run/n8n/n8n.sock")
                case .credentials: ("user names and passwords cannot be part of the address", nil)
                }
            findings.error(.invalidValue, message, at: node.range, hint: hint)
            return nil
        }
    }

    /// cloudflared takes a scheme it does not know for raw TCP and answers 200 with nothing.
    private func schemeProblem(_ text: String) -> (String, String?) {
        let scheme = text.firstRange(of: "://").map { String(text[..<$0.lowerBound]) }
        guard let scheme, !scheme.isEmpty else {
            return ("expected a scheme such as 'http://' in front", "write it like http://localhost:5678")
        }
        let hint =
            Spelling.closest(to: scheme, among: OriginURL.schemes).map { "did you mean '\($0)://'?" }
            ?? "a service speaks http, https, ws or wss, or is a socket: unix:/run/n8n.sock"
        return ("'\(scheme)://' is nothing that can be routed to", hint)
    }

    private enum Builtin: String, CaseIterable {
        case status
    }

    private func builtin(_ node: Node) -> Server.Program? {
        node.choice(findings, Builtin.self).map { _ in .status }
    }

    // MARK: How it runs

    private func start(_ map: inout MappingReader, _ program: Server.Program?) -> Server.Start? {
        let isNative = isNative(program)
        guard let pair = map.takePair("start") else { return program?.port == nil ? .onDemand : .always }
        guard let start = pair.value.choice(findings, Server.Start.self) else { return nil }
        if isNative, start == .onDemand {
            findings.error(
                .contradiction, "a server with a 'port' always runs", at: pair.value.range,
                hint: "only servers behind the bridge can be started on demand: write 'bridge: proxy' to have it so")
        }
        return start
    }

    private func refuseProcessKeys(_ map: inout MappingReader, _ subject: String) {
        let keys = [
            "restart", "limits", "sandbox", "network", "idle-timeout", "start-timeout", "start", "environment",
            "secrets", "paths", "drain", "sessions",
        ]
        for pair in keys.compactMap({ map.takePair($0) }) {
            findings.error(
                .contradiction, "'\(pair.key)' means nothing for \(subject), which runs elsewhere ('url')",
                at: pair.keyRange)
        }
    }

    private func paths(_ node: Node) -> PathAccess {
        guard var map = MappingReader(node, Language.paths, "'paths'", findings) else { return PathAccess() }
        let list = { (node: Node) in
            (node.items(self.findings) ?? []).compactMap { item -> Located<String>? in
                guard let path = item.absolutePath(self.findings) else { return nil }
                // Path lists of systemd take ':' as a separator and do not know '\t'.
                guard !path.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "\t") }) else {
                    self.findings.error(
                        .invalidValue, "a path with ':' or a tab cannot be opened to a unit", at: item.range)
                    return nil
                }
                return Located(path, at: item.range)
            }
        }
        let access = PathAccess(read: map.take("read").map(list) ?? [], write: map.take("write").map(list) ?? [])
        map.finish()
        return access
    }

    // MARK: What it speaks

    private typealias Speech = (
        transport: Server.Transport, endpoint: Located<String>?, health: Located<String>?
    )

    private func speech(_ map: inout MappingReader, _ program: Server.Program?) -> Speech {
        let transportPair = map.takePair("transport")
        let path = map.takePair("path")
        let health = map.takePair("health")
        let transport = transportPair.flatMap { $0.value.choice(findings, Server.Transport.self) } ?? .streamableHTTP
        if case .proxied? = program {
            if let transportPair, transport == .http {
                findings.error(
                    .contradiction, "the bridge speaks MCP, and 'transport: http' is something else",
                    at: transportPair.value.range, hint: "leave 'bridge' out: other services are routed as they are")
            }
        } else if program?.isBridged == true, let transportPair, transport != .streamableHTTP {
            findings.error(
                .contradiction, "the bridge speaks Streamable HTTP", at: transportPair.value.range,
                hint: "'transport' is for servers with a 'port' or a 'url'; leave it out")
        }
        if let health, program != nil, !isNative(program) {
            findings.error(
                .contradiction, "'health' belongs to a server with a 'port' and without the bridge",
                at: health.keyRange,
                hint: "leave it out: others are judged by their unit, their socket and their protocol")
        }
        if let path, transport == .http {
            findings.error(
                .contradiction, "'path' is the MCP endpoint, and 'transport: http' has none", at: path.keyRange)
        }
        let own = path.flatMap { endpointPath($0.value) }
        if let own, program?.isBridged == true, transport == .streamableHTTP, Language.bridgePaths.contains(own.value) {
            findings.error(
                .contradiction, "the bridge has something else at '\(own.value)'", at: own.range,
                hint: "clients of 2024 begin at /sse and post at /messages, and /healthz asks the server")
        }
        let endpoint: Located<String>? =
            switch transport {
            case .http: nil
            case .sse: Located("/sse", at: map.range)
            case .streamableHTTP, .detect: Located("/mcp", at: map.range)
            }
        return (
            transport, own ?? endpoint, health.flatMap { healthPath($0.value) }
        )
    }

    private func isNative(_ program: Server.Program?) -> Bool {
        if case .http? = program { true } else { false }
    }

    private func unit(_ map: inout MappingReader, _ program: Server.Program?) -> Located<String>? {
        // What the server is was reported as wrong; whether a unit goes with it is not known.
        guard let pair = map.takePair("unit"), let program else { return nil }
        guard case .external = program else {
            findings.error(
                .contradiction, "'unit' belongs to a service that runs elsewhere ('url')", at: pair.keyRange,
                hint: "the units of other servers are made by mcp-stack; leave it out")
            return nil
        }
        guard let text = pair.value.line(findings) else { return nil }
        let isName = text.utf8.count <= 255 && Pattern.matches(text, Language.unitName)
        if isName { return Located(text, at: pair.value.range) }
        findings.error(
            .invalidValue, "expected the name of a service unit", at: pair.value.range,
            hint: text.hasSuffix(".service") ? nil : "write it like n8n.service")
        return nil
    }

    private func healthPath(_ node: Node) -> Located<String>? {
        urlPath(node, "expected a path such as /health", hint: nil)
    }

    private func endpointPath(_ node: Node) -> Located<String>? {
        urlPath(
            node, "expected the path of the MCP endpoint, such as /mcp",
            hint: "a regular expression belongs to a route: 'routes: [{ hostname: …, path: … }]'")
    }

    private func urlPath(_ node: Node, _ message: String, hint: String?) -> Located<String>? {
        guard let text = node.line(findings) else { return nil }
        guard Pattern.matches(text, Language.urlPath) else {
            findings.error(.invalidValue, message, at: node.range, hint: hint)
            return nil
        }
        return Located(text, at: node.range)
    }
}

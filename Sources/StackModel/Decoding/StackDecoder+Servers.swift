// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

extension StackDecoder {
    func servers(_ node: Node, _ defaults: SettingsFragment, domain: String?) -> [Server] {
        guard case .mapping(let pairs) = node.content else {
            findings.wrongType("a mapping of names to servers", node)
            return []
        }
        if pairs.isEmpty {
            findings.error(.missingKey, "the stack has no servers", at: node.range)
        }
        return pairs.compactMap { server($0, defaults, domain: domain) }
    }

    private func server(_ pair: Node.Pair, _ defaults: SettingsFragment, domain: String?) -> Server? {
        if !Hostname.isServerName(pair.key) {
            findings.error(
                .invalidValue,
                "a server's name has 1 to 32 lower-case letters, digits and '-', with no '-' at either end",
                at: pair.keyRange)
        }
        let subject = "server '\(pair.key)'"
        guard var map = MappingReader(pair.value, subject, findings) else { return nil }
        defer { map.finish() }
        let program = self.program(&map, pair, subject)
        let isExternal = if case .external? = program { true } else { false }
        if isExternal { refuseProcessKeys(&map, subject) }
        let fragment = isExternal ? SettingsFragment() : SettingsFragment(&map, findings)
        let start = isExternal ? nil : self.start(&map, program)
        let (environment, secrets) = environmentAndSecrets(&map)
        let paths = map.take("paths").map(self.paths) ?? PathAccess()
        let endpointPath = map.take("path").flatMap(self.endpointPath) ?? "/mcp"
        let routes = self.routes(&map, pair, domain: domain)
        for key in ["health", "transport", "rate-limit", "drain", "unit"] { map.refuse(key) }
        guard let program else { return nil }
        var settings = fragment.settings(over: defaults)
        if program == .status {
            // The stack's own server talks to the daemon's socket and to nothing else.
            settings.network = .none
        }
        return Server(
            name: Located(pair.key, at: pair.keyRange), program: program, routes: routes,
            endpointPath: endpointPath, start: start ?? .onDemand, environment: environment, secrets: secrets,
            paths: paths,
            settings: settings)
    }

    // MARK: What it is

    private func program(_ map: inout MappingReader, _ pair: Node.Pair, _ subject: String) -> Server.Program? {
        let command = map.takePair("command")
        let url = map.takePair("url")
        let builtin = map.takePair("builtin")
        let port = map.takePair("port")
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
        if let command {
            let words = self.command(command.value)
            let number = port?.value.int(findings, in: 1...65535)
            guard let words, port == nil || number != nil else { return nil }
            if let port, let number {
                return .http(command: words, port: Located(number, at: port.value.range))
            }
            return .stdio(command: words)
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
        guard let program = words.first, !program.value.isEmpty else {
            if items.isEmpty || words.first?.value.isEmpty == true {
                findings.error(.invalidValue, "the command names no program", at: node.range)
            }
            return nil
        }
        if program.value.contains("/"), !program.value.hasPrefix("/") {
            findings.error(
                .invalidValue, "a program is a bare name or an absolute path", at: program.range,
                hint: "relative paths and '~' mean nothing to a system service")
            return nil
        }
        return words.count == items.count ? words : nil
    }

    private func external(_ node: Node) -> Server.Program? {
        guard let text = node.line(findings) else { return nil }
        do {
            return .external(Located(try OriginURL(parsing: text), at: node.range))
        } catch {
            let (message, hint): (String, String?) =
                switch error {
                case .scheme: ("expected 'http://' or 'https://' in front", "write it like http://localhost:5678")
                case .host: ("the address has no usable host", nil)
                case .port: ("expected a port from 1 to 65535", nil)
                case .path:
                    (
                        "a path cannot be part of the address: a request keeps its own path",
                        "leave everything behind the port out; 'path' says where the MCP endpoint is"
                    )
                case .credentials: ("user names and passwords cannot be part of the address", nil)
                }
            findings.error(.invalidValue, message, at: node.range, hint: hint)
            return nil
        }
    }

    private enum Builtin: String, CaseIterable {
        case status
    }

    private func builtin(_ node: Node) -> Server.Program? {
        node.choice(findings, Builtin.self).map { _ in .status }
    }

    // MARK: How it runs

    private func start(_ map: inout MappingReader, _ program: Server.Program?) -> Server.Start? {
        let isNative = if case .http? = program { true } else { false }
        guard let pair = map.takePair("start") else { return isNative ? .always : .onDemand }
        guard let start = pair.value.choice(findings, Server.Start.self) else { return nil }
        if isNative, start == .onDemand {
            findings.error(
                .contradiction, "a server with a 'port' always runs", at: pair.value.range,
                hint: "only servers behind the bridge can be started on demand; leave 'start' out")
        }
        return start
    }

    private func refuseProcessKeys(_ map: inout MappingReader, _ subject: String) {
        let keys = [
            "restart", "limits", "sandbox", "network", "idle-timeout", "start-timeout", "start", "environment",
            "secrets", "paths",
        ]
        for pair in keys.compactMap({ map.takePair($0) }) {
            findings.error(
                .contradiction, "'\(pair.key)' means nothing for \(subject), which runs elsewhere ('url')",
                at: pair.keyRange)
        }
    }

    private func paths(_ node: Node) -> PathAccess {
        guard var map = MappingReader(node, "'paths'", findings) else { return PathAccess() }
        let list = { (node: Node) in
            (node.items(self.findings) ?? []).compactMap { item -> Located<String>? in
                guard let path = item.absolutePath(self.findings) else { return nil }
                // Path lists of systemd take ':' as a separator and do not know '\t'.
                guard !path.contains(where: { ":\t".contains($0) }) else {
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

    private func endpointPath(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        guard text.hasPrefix("/"), !text.contains(where: { " ?#\"\\".contains($0) }) else {
            findings.error(
                .invalidValue, "expected the path of the MCP endpoint, such as /mcp", at: node.range,
                hint: "a regular expression belongs to a route: 'routes: [{ hostname: …, path: … }]'")
            return nil
        }
        return text
    }
}

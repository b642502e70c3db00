// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML
internal import StackPlan

/// Imports the services of a Docker Compose file that are reachable from the host.
struct ComposeImport {
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var stack = ImportedStack(format: ImportSource.Format.compose.rawValue)
    private var names = ServerNames()
    private var ledger = SecretLedger()

    init(_ source: ImportSource) {
        guard let services = source.root?["services"] else { return }
        guard case .mapping(let pairs) = services.content else { return }
        for pair in pairs {
            guard case .mapping = pair.value.content else {
                diagnostics.append(
                    Diagnostic(
                        .warning, .unexpectedType, "expected a mapping for a service, found \(pair.value.typeName)",
                        at: pair.value.range))
                continue
            }
            if Self.isConnector(pair) {
                connector(pair)
            } else {
                stack.servers.append(server(pair))
            }
        }
        if stack.servers.contains(where: { $0.entries != nil }) {
            stack.remarks.append(
                .note(
                    "docker goes on running the containers; the stack routes to them, each as an MCP server at /mcp",
                    remedy: "'path' names another endpoint; 'transport: http' is for what is no MCP server"))
        }
        if source.root?["include"] != nil {
            stack.remarks.append(
                .todo(
                    "the file includes others, which were not read",
                    remedy: "import what 'docker compose config' prints"))
        }
        stack.secrets = ledger.secrets
    }

    // MARK: The tunnel

    private static func isConnector(_ pair: Node.Pair) -> Bool {
        let image = pair.value["image"]?.text ?? ""
        return image.contains("cloudflare/cloudflared") || image.hasPrefix("cloudflared")
            || environment(of: pair.value).contains { $0.name == "TUNNEL_TOKEN" }
    }

    private mutating func connector(_ pair: Node.Pair) {
        guard stack.tunnel == .local else {
            stack.remarks.append(
                .note(
                    "there is more than one service that runs cloudflared; the first one counts",
                    remedy: "replicas are the same stack on several machines"))
            return
        }
        let variable = Self.environment(of: pair.value).first { $0.name == "TUNNEL_TOKEN" }?.value
        let words = Self.words(pair.value["command"]) + Self.words(pair.value["entrypoint"])
        let argument = Self.token(in: words)
        guard variable != nil || argument != nil || pair.value["env_file"] != nil else {
            configured(pair.value)
            return
        }
        let value = (argument ?? variable).flatMap { ValueTemplate($0).filled([:]).literal }.flatMap {
            SecretSigns.isPlaceholder($0) ? nil : $0
        }
        ledger.add("tunnel-token", value: value, use: "the tunnel (TUNNEL_TOKEN)")
        stack.tunnel = .named([.init("token", .map([.init("credential", .text("tunnel-token"))]))])
        stack.remarks.append(
            .todo(
                "a tunnel that runs by token gets its rules from the Cloudflare dashboard, where they name containers "
                    + "(http://service:3000), which nothing outside of docker's network resolves",
                remedy: "remove the public host names there, or create a tunnel with 'cloudflared tunnel create NAME'"))
        sayContainerGoesOn()
    }

    private mutating func configured(_ service: Node) {
        stack.remarks.append(
            .todo(
                "cloudflared has a configuration of its own in its container, which is not in this file",
                remedy: "import that file too: mcp-stack import config.yml"))
        sayContainerGoesOn()
    }

    private mutating func sayContainerGoesOn() {
        stack.remarks.append(
            .todo(
                "the cloudflared of the Compose file goes on running",
                remedy: "when the stack works, take its service out: docker compose rm --stop SERVICE"))
    }

    private static func token(in words: [String]) -> String? {
        for (index, word) in words.enumerated() {
            if word == "--token", index + 1 < words.count { return words[index + 1] }
            if word.hasPrefix("--token=") { return String(word.dropFirst(8)) }
        }
        return nil
    }

    private static func words(_ node: Node?) -> [String] {
        node?.items?.compactMap(\.text) ?? ShellWords.split(node?.text ?? "")
    }

    /// The variables of a service, in either form: a mapping, or a list of `NAME=value`.
    private static func environment(of service: Node) -> [(name: String, value: String?)] {
        guard let node = service["environment"] else { return [] }
        guard let items = node.items else { return node.entries.map { ($0.key, $0.value.text) } }
        return items.compactMap(\.text).map { text in
            let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(pair[0]), pair.count > 1 ? String(pair[1]) : nil)
        }
    }

    // MARK: One service

    /// Ports of well-known services that do not speak HTTP.
    private static let notHTTP: [Int: String] = [
        5432: "PostgreSQL", 3306: "MySQL", 6379: "Redis", 27017: "MongoDB", 5672: "AMQP", 9092: "Kafka",
        11211: "memcached", 22: "SSH", 1433: "SQL Server", 1883: "MQTT", 25: "SMTP",
    ]

    private mutating func server(_ pair: Node.Pair) -> ImportedServer {
        let service = pair.value
        var server = ImportedServer(name: names.take(SecretSigns.isSecretText(pair.key) ? "server" : pair.key))
        if server.name != pair.key, !SecretSigns.isSecretText(pair.key) {
            server.remarks.append(
                .note("called \(shown(pair.key)) before; names here are lower-case letters, digits and '-'"))
        }
        if service["extends"] != nil {
            server.remarks.append(
                .todo(
                    "it extends another service, which was not followed",
                    remedy: "import what 'docker compose config' prints"))
        }
        let given = service["ports"]?.items ?? []
        let ports = given.compactMap { ComposePort($0) }
        guard let port = ports.first(where: { $0.published != nil && Self.notHTTP[$0.target] == nil }),
            let published = port.published
        else {
            server.remarks.append(unreachable(service, given, ports))
            return server
        }
        if given.count > 1 {
            let others = ports.compactMap(\.published).filter { $0 != published }.map(String.init)
            server.remarks.append(
                .note(
                    "it publishes more ports; port \(published) was taken for its HTTP"
                        + (others.isEmpty ? "" : ", and \(others.joined(separator: ", ")) left out")))
        }
        if port.isOpen {
            server.remarks.append(
                .todo(
                    "docker publishes port \(published) on every interface, so that everybody in the network reaches it "
                        + "around the tunnel and its access rules, past most firewalls too",
                    remedy: "in the Compose file write: ports: [\"127.0.0.1:\(published):\(port.target)\"]"))
        }
        let host = port.isOpen || port.address?.hasPrefix("127.") == true ? "localhost" : "[::1]"
        server.entries = [.init("url", .text("http://\(host):\(published)"))]
        return server
    }

    private func unreachable(_ service: Node, _ given: [Node], _ ports: [ComposePort]) -> Remark {
        if service["network_mode"]?.text == "host" {
            return .todo(
                "it uses the host's network, and its port is not in the file",
                remedy: "write it as a server: url: http://localhost:PORT")
        }
        if let name = ports.compactMap({ Self.notHTTP[$0.target] }).first {
            let isOpen = ports.contains { $0.isOpen && $0.published != nil }
            return isOpen
                ? .todo(
                    "\(name) speaks no HTTP, so no route leads to it; docker publishes it on every interface",
                    remedy: "if other machines need not reach it, publish it on 127.0.0.1 or not at all")
                : .note("\(name) speaks no HTTP, so no route leads to it")
        }
        if given.isEmpty, service["stdin_open"]?.isTrue == true {
            return .todo(
                "it speaks on its standard input, which only docker can reach",
                remedy: "run the server itself: command: [PROGRAM, …]")
        }
        let target = ports.first?.target ?? service["expose"]?.items?.first?.text.flatMap { Int($0) }
        let example = target.map { "\($0)" } ?? "PORT"
        if !ports.isEmpty {
            return .todo(
                "docker picks its port on the host anew at each start",
                remedy:
                    "give it one: ports: [\"127.0.0.1:\(example):\(example)\"]; then url: http://localhost:\(example)")
        }
        if !given.isEmpty {
            return .todo(
                "its 'ports' are a range, not TCP, or have to be filled in",
                remedy: "publish one: ports: [\"127.0.0.1:PORT:PORT\"]; then url: http://localhost:PORT")
        }
        return .todo(
            "it publishes no port, so that only containers of its network reach it",
            remedy: "if it is an MCP server: ports: [\"127.0.0.1:\(example):\(example)\"] in the Compose file; then "
                + "url: http://localhost:\(example)")
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML
internal import StackModel
internal import StackPlan

/// Imports a configuration of cloudflared: its tunnel, and a server for each service that its ingress rules lead to.
///
/// What cloudflared makes of each key is in its sources: `config/configuration.go`, `ingress/ingress.go` and
/// `ingress/config.go`.
struct ConnectorImport {
    let host: ImportHost
    var diagnostics: [Diagnostic] = []
    private(set) var stack = ImportedStack(format: ImportSource.Format.connector.rawValue)
    var names = ServerNames()
    private var ledger = SecretLedger()

    init(_ source: ImportSource, host: ImportHost) {
        self.host = host
        guard let root = source.root else { return }
        stack.hasPublicNames = true
        tunnel(root)
        if let origin = root["originRequest"] {
            let settings = OriginSettings(origin, isDefault: true, host: host)
            if !settings.entries.isEmpty { stack.defaults = [.init("origin", .map(settings.entries))] }
            stack.remarks += settings.remarks
        }
        ingress(root)
        otherKeys(root)
        stack.remarks.append(
            .todo(
                "the cloudflared that uses this file today goes on running",
                remedy: "when the stack works: systemctl disable --now cloudflared"))
        stack.secrets = ledger.secrets
    }

    // MARK: The tunnel

    private mutating func tunnel(_ root: Node) {
        var entries: [YAMLValue.Entry] = []
        // A token in the wrong place is a common mistake, and must not come out as a name.
        let misplaced = root["tunnel"]?.text.flatMap { SecretSigns.isSecretText($0) ? $0 : nil }
        if let token = root["token"]?.text ?? misplaced {
            ledger.add("tunnel-token", value: token, use: "the tunnel")
            stack.tunnel = .named(
                [.init("token", .map([.init("credential", .text("tunnel-token"))]))] + transport(root))
            sayTokenDecides()
            return
        }
        if root["token-file"]?.text != nil {
            ledger.add("tunnel-token", value: nil, use: "the tunnel; it is in the file that 'token-file' names")
            stack.tunnel = .named(
                [.init("token", .map([.init("credential", .text("tunnel-token"))]))] + transport(root))
            sayTokenDecides()
            return
        }
        let tunnel = root["tunnel"]?.text
        let given = root["credentials-file"]?.text
        // The contents in place of the file's name are a mistake that must not come out.
        let file = given.flatMap { $0.contains("{") || SecretSigns.isSecretText($0) ? nil : $0 }
        let id = [tunnel, file.map { Self.fileName($0) }].compactMap { $0 }.first(where: NamedTunnel.isUUID)?
            .lowercased()
        guard tunnel != nil || file != nil else { return }
        if let id {
            entries.append(.init("id", .text(id)))
        } else if let tunnel, !SecretSigns.isSecretText(tunnel) {
            entries.append(.init("name", .text(tunnel)))
        }
        if let contents = root["credentials-contents"]?.text {
            ledger.add("tunnel-credentials", value: contents, use: "the tunnel")
            entries.append(.init("credentials", .map([.init("credential", .text("tunnel-credentials"))])))
        } else {
            entries.append(.init("credentials", .text(credentials(file, id))))
        }
        stack.tunnel = .named(entries + transport(root))
    }

    private mutating func sayTokenDecides() {
        stack.remarks.append(
            .todo(
                "a tunnel that runs by token gets its rules from the Cloudflare dashboard, which then win over local ones",
                remedy: "remove the public host names there, or create a tunnel with 'cloudflared tunnel create NAME'"))
    }

    private mutating func credentials(_ file: String?, _ id: String?) -> String {
        guard var path = file else {
            let path = "/etc/cloudflared/\(id ?? "UUID").json"
            stack.remarks.append(
                .todo(
                    "there is no 'credentials-file'; cloudflared searches ~/.cloudflared and /etc/cloudflared",
                    remedy: "write where the file is; \(path) is a guess"))
            return path
        }
        if path.hasPrefix("~/") {
            path = "/root/" + path.dropFirst(2)
            stack.remarks.append(
                .todo(
                    "'~' in 'credentials-file' was taken for root's home",
                    remedy: "correct 'credentials' if it is another"))
        }
        if host.kind(path) == nil {
            stack.remarks.append(
                .todo(
                    "there is no \(shown(path)) on this machine, or only root may see it",
                    remedy: "copy the JSON file of the tunnel below /etc/mcp-stack with mode 0600, and name that"))
        }
        return path
    }

    private mutating func transport(_ root: Node) -> [YAMLValue.Entry] {
        switch root["protocol"]?.text {
        case nil: return []
        case "auto"?, "quic"?, "http2"?: return [.init("protocol", .text(root["protocol"]?.text ?? "auto"))]
        case "h2mux"?: return [.init("protocol", .text("http2"))]
        default:
            stack.remarks.append(.note("'protocol' is none of auto, quic and http2, and was left out"))
            return []
        }
    }

    /// The last part of a path, without `.json`.
    private static func fileName(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return name.hasSuffix(".json") ? String(name.dropLast(5)) : name
    }

    // MARK: Rules

    private mutating func ingress(_ root: Node) {
        guard let ingress = root["ingress"] else {
            if let url = root["url"]?.text {
                stack.remarks.append(.note("'url' without 'ingress' sends every request to one service"))
                stack.servers = [server(IngressRule(service: url), originRequest: nil)]
            }
            return
        }
        guard let items = ingress.items else {
            diagnostics.append(
                Diagnostic(
                    .error, .unexpectedType, "expected a list of rules, found \(ingress.typeName)", at: ingress.range))
            return
        }
        var last: (rule: IngressRule, origin: String)?
        var earlier: [IngressRule] = []
        for (index, item) in items.enumerated() where item.coreValue != .null {
            guard case .mapping = item.content else {
                diagnostics.append(
                    Diagnostic(.warning, .unexpectedType, "expected a rule, found \(item.typeName)", at: item.range))
                continue
            }
            let rule = IngressRule(item)
            if rule.isCatchAll {
                catchAll(rule, item, isLast: index == items.count - 1)
                continue
            }
            let request = item["originRequest"]
            let identity =
                "\(OriginSettings(request, isDefault: false, host: host).entries) \(OriginSettings.access(of: request))"
            var made = server(rule, originRequest: request)
            if let taker = earlier.first(where: { $0.takesEverything(of: rule) }) {
                made.entries = nil
                made.remarks = [
                    .todo(
                        "an earlier rule for \(taker.hostname.map(shown) ?? "every host name") takes all its requests, so it "
                            + "never had an effect",
                        remedy: "if it is meant, put the narrower rule first")
                ]
            } else if made.entries == nil {
                warnOfOpening(rule, before: items[(index + 1)...], &made)
            }
            earlier.append(rule)
            // Rules are tried in order, so that only neighbours can become routes of one server.
            if let previous = last, previous.rule.service == rule.service, previous.origin == identity,
                made.entries != nil, let index = stack.servers.indices.last, stack.servers[index].entries != nil
            {
                stack.servers[index].routes += made.routes
                for remark in made.remarks where !stack.servers[index].remarks.contains(remark) {
                    stack.servers[index].remarks.append(remark)
                }
                names.giveBack(made.name)
            } else {
                stack.servers.append(made)
            }
            last = (rule, identity)
        }
        if let rule = items.last.map(IngressRule.init), !rule.isCatchAll {
            stack.remarks.append(
                .note(
                    "the last rule has a host name or a path, and cloudflared refuses such a file; a stack needs no rule "
                        + "for the rest"))
        }
        if items.isEmpty || stack.servers.isEmpty {
            stack.remarks.append(.note("no rule of the file leads to a service that a stack can have"))
        }
    }

    /// A rule that is left out lets its requests fall through to a later one, which may open what it kept shut.
    private func warnOfOpening(_ rule: IngressRule, before later: ArraySlice<Node>, _ server: inout ImportedServer) {
        let taker = later.map(IngressRule.init).first { next in
            !next.isCatchAll && Hostname.covers(next.hostname?.lowercased(), rule.hostname?.lowercased())
                && ServiceAddress(next.service) != nil
        }
        guard let taker else { return }
        server.remarks.append(
            .todo(
                "without it, its requests go to \(taker.shownService), by the route for "
                    + (taker.hostname.map(shown) ?? "every host name"),
                remedy: "if it was to keep them out, block them at Cloudflare (WAF) or in that service"))
    }

    private mutating func catchAll(_ rule: IngressRule, _ node: Node, isLast: Bool) {
        if !isLast {
            stack.remarks.append(
                .note(
                    "a rule without host name and path stood before others; cloudflared refuses such a file, since the "
                        + "rules behind it would never get a request"))
        }
        if rule.service.hasPrefix("http_status:") {
            let code = rule.service.dropFirst(12).prefix(3).filter(\.isNumber)
            guard code != "404" else { return }
            stack.remarks.append(
                .note("the last rule answered \(code) to all other requests; a stack answers 404 to them"))
            return
        }
        var made = server(rule, originRequest: node["originRequest"])
        if made.entries == nil {
            stack.servers.append(made)
            return
        }
        made.entries = nil
        made.remarks.append(
            .todo(
                "the last rule sent it every request that no other rule takes, whatever the host name",
                remedy: "say which host name it is for, and write it as a server: url: \(rule.shownService)"))
        stack.servers.append(made)
    }

    // MARK: Other keys

    private static let ours: Set<String> = [
        "metrics", "loglevel", "transport-loglevel", "logfile", "log-directory", "no-autoupdate", "autoupdate-freq",
        "grace-period", "retries", "pidfile", "no-prechecks", "management-diagnostics", "metrics-update-freq", "label",
        "origincert",
    ]
    private static let ignored: Set<String> = [
        "output", "max-active-flows", "icmpv4-src", "icmpv6-src", "dns-resolver-addrs", "cred-file",
    ]
    private static let handled: Set<String> = [
        "tunnel", "credentials-file", "credentials-contents", "token", "token-file", "ingress", "originRequest",
        "warp-routing", "protocol", "url",
    ]
    private static let options: Set<String> = [
        "edge-ip-version", "edge-bind-address", "region", "post-quantum", "edge", "ha-connections", "tag", "features",
        "trace-output", "hello-world", "bastion", "socks5", "unix-socket", "http-host-header", "origin-server-name",
        "origin-ca-pool", "no-tls-verify", "no-chunked-encoding", "http2-origin",
    ]

    private mutating func otherKeys(_ root: Node) {
        if root["warp-routing"] != nil {
            stack.remarks.append(
                .todo(
                    "'warp-routing' carries a private network, which is not a stack's business",
                    remedy: "keep a cloudflared of its own for it, with a tunnel of its own"))
        }
        let keys = root.entries.map(\.key).filter { !Self.handled.contains($0) && !SecretSigns.isSecretText($0) }
        let ours = keys.filter(Self.ours.contains)
        if !ours.isEmpty {
            stack.remarks.append(.note("\(Self.list(ours)) left out: the stack sets what it needs of them itself"))
        }
        let options = keys.filter(Self.options.contains)
        if !options.isEmpty {
            stack.remarks.append(.todo("\(Self.list(options)) left out: a stack has no key for them"))
        }
        let dead = keys.filter(Self.ignored.contains)
        if !dead.isEmpty {
            stack.remarks.append(
                .note(
                    "\(Self.list(dead)) left out: cloudflared takes such keys as options only, and ignores them in a file"
                )
            )
        }
        for key in keys where ![Self.ours, Self.options, Self.ignored].contains(where: { $0.contains(key) }) {
            let known = Self.ours.union(Self.options).union(Self.handled)
            let meant = Spelling.closest(to: key.replacing("_", with: "-"), among: known.sorted())
            stack.remarks.append(
                .todo(
                    "\(shown(key)) means nothing to cloudflared, which accepts unknown keys without a word, so it never "
                        + "had an effect",
                    remedy: meant.map { "'\($0)' was meant, perhaps; decide whether the stack needs it" }))
        }
    }

    static func list(_ keys: [String]) -> String {
        keys.map { "'\($0)'" }.joined(separator: ", ")
    }
}

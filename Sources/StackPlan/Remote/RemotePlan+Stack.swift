// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import StackModel

extension RemotePlan {
    /// What a stack wants at Cloudflare; nil when it wants nothing there that it says.
    ///
    /// Only a named tunnel has host names of an account, and only a stack that names its account, a policy or a rate
    /// limit asks for anything beyond the tunnel itself.
    public init?(_ stack: Stack) {
        guard let tunnel = stack.tunnel.named else { return nil }
        let rows = RouteTable(stack).rows
        let isProtected = rows.contains { stack.policy(of: $0.route) != nil }
        let isLimited = stack.servers.contains { $0.rateLimit != nil }
        guard stack.cloudflare != nil || isProtected || isLimited else { return nil }
        self.init(
            account: stack.cloudflare?.id.value,
            tunnel: Tunnel(id: tunnel.id, name: tunnel.id == nil ? tunnel.reference?.value : nil))
        let protectedWildcards = rows.filter { stack.policy(of: $0.route) != nil }.compactMap(\.route.hostname)
            .filter { $0.hasPrefix("*") }
        var hostnames: Set<String> = []
        for row in rows {
            guard let hostname = row.route.hostname, hostnames.insert(hostname).inserted else { continue }
            dns.append(DNSRecord(name: hostname, content: tunnel.id.map { "\($0).cfargotunnel.com" }))
            if let policy = stack.policy(of: row.route) {
                protect(hostname, with: policy)
            } else if protectedWildcards.contains(where: { Self.protects($0, hostname) }) {
                open(hostname)
            }
        }
        rateLimits = stack.servers.compactMap(Self.rateLimit)
    }

    private mutating func protect(_ hostname: String, with policy: AccessPolicy) {
        let compiled = PolicyCompiler(policy)
        if !policies.contains(where: { $0.name == compiled.policies.first?.name }) {
            groups += compiled.groups
            policies += compiled.policies
            if case .named(let names) = policy.serviceTokens {
                for name in names.map(\.value) where !serviceTokens.contains(name) { serviceTokens.append(name) }
            }
        }
        let providers = policy.identityProviders.map(\.value.name)
        applications.append(
            Application(
                name: "mcp-stack \(hostname)", domain: hostname, destinations: [Destination(uri: hostname)],
                policies: compiled.policies.enumerated().map { index, policy in
                    PolicyReference(name: policy.name, precedence: index + 1)
                },
                session: policy.session.accessText, providers: providers.isEmpty ? nil : providers,
                oauth: policy.oauth.map { OAuth(registration: .init(redirectURIs: $0.redirectURIs)) }))
    }

    /// Whether the application of a wildcard is asked for a name: in Access a `*` stands for one label
    /// ("Application paths" in Cloudflare's manual).
    private static func protects(_ wildcard: String, _ hostname: String) -> Bool {
        Hostname.covers(wildcard, hostname)
            && wildcard.split(separator: ".").count == hostname.split(separator: ".").count
    }

    /// The application of a wildcard would protect a public name as well; a narrower application goes before it.
    private mutating func open(_ hostname: String) {
        if !policies.contains(.everybody) { policies.append(.everybody) }
        applications.append(
            Application(
                name: "mcp-stack \(hostname)", domain: hostname, destinations: [Destination(uri: hostname)],
                policies: [PolicyReference(name: Policy.everybody.name, precedence: 1)],
                session: AccessPolicy.defaultSession.accessText))
    }

    private static func rateLimit(_ server: Server) -> RateLimitRule? {
        guard let limit = server.rateLimit else { return nil }
        let name = server.name.value
        return RateLimitRule(
            ref: "mcp-stack:\(name)", description: "mcp-stack: server \(name)",
            expression: server.routes.compactMap(condition).map { "(\($0))" }.joined(separator: " or "),
            ratelimit: .init(
                period: limit.period, requestsPerPeriod: limit.requests, mitigationTimeout: limit.block),
            plan: limit.plan.rawValue)
    }

    /// The requests of a route; regular expressions take a dearer plan, so only a plain prefix tells paths apart.
    private static func condition(_ route: Route) -> String? {
        guard let hostname = route.hostname else { return nil }
        let host =
            hostname.hasPrefix("*.")
            ? "ends_with(http.host, \"\(hostname.dropFirst())\")" : "http.host eq \"\(hostname)\""
        // Rather too many requests count than too few: cloudflared's own expression may end anywhere.
        return route.literalPrefix.map { "\(host) and starts_with(http.request.uri.path, \"\($0)\")" } ?? host
    }
}

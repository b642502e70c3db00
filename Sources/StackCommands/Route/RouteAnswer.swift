// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel
internal import StackPlan

/// What `mcp-stack route` answers, as `--format json` prints it.
struct RouteAnswer: Encodable {
    /// What decides on routes.
    enum Decider: String, Encodable {
        case cloudflared
        case gateway
    }

    /// The rule that takes the request.
    struct Rule: Encodable {
        /// The number as cloudflared counts: from 0, and -1 for its own hidden rule.
        var number: Int
        /// The host name of the rule; absent where any will do.
        var hostname: String?
        /// The path expression of the rule; absent where any path will do.
        var path: String?
        /// What the request is carried to, as cloudflared spells it; absent for its hidden rule.
        var service: String?
        /// The server; absent when it is none of the stack.
        var server: String?
        /// Who may use the route; absent when there is no route.
        var access: String?
    }

    /// A rule that names the host and does not take the request.
    struct Miss: Encodable {
        /// The rule's number.
        var number: Int
        /// The server it leads to.
        var server: String
        /// Why it was passed by.
        var reason: String
    }

    var version = 1
    var url: String
    /// The host name of the request, without port.
    var hostname: String
    /// The path of the request, decoded.
    var path: String
    var decider: Decider
    var rule: Rule
    var misses: [Miss]
    /// Why the rule takes the request.
    var reason: String
    /// What else is worth knowing about such a request.
    var notes: [String]

    init(url: String, request: RequestURL, stack: Stack) {
        self.url = url
        hostname = request.hostname
        path = String(decoding: request.path, as: UTF8.self)
        decider = stack.tunnel == .local ? .gateway : .cloudflared
        let seen = decider == .gateway ? GatewayRequest(request) : nil
        let match = RouteTable(stack).match(
            host: seen?.hostname ?? request.hostname, path: seen?.path ?? request.path,
            isTunnelled: decider == .cloudflared)
        misses = match.misses.map {
            Miss(number: $0.row.index, server: $0.row.server.name.value, reason: Self.reason($0, request))
        }
        switch match.rule {
        case .management:
            rule = Rule(number: match.number, hostname: RouteTable.managementHostname)
            reason = "cloudflared answers this host name itself, before it looks at any rule"
        case .route(let row):
            rule = Rule(
                number: match.number, hostname: row.route.hostname, path: row.route.path,
                service: stack.service(of: row.route, to: row.server), server: row.server.name.value,
                access: row.route.access.value.name)
            reason = Self.reason(row.route, request)
        case .rest:
            rule = Rule(number: match.number, service: "http_status:404")
            reason = "no rule of the stack matches, and the last one answers everything else with 404"
        }
        notes = []
        notes = notes(match, request)
        if case .route(let row) = match.rule, stack.isClosed(row.route) {
            notes.append(
                "nobody gets in: policy '\(row.route.access.value.name)' has no 'audience' to check requests against")
        }
    }

    private static func reason(_ miss: RouteMatch.Miss, _ request: RequestURL) -> String {
        let rule = miss.row.route
        return switch miss.obstacle {
        case .path: "its path '\(rule.path ?? "")' does not match"
        case .undecided: "only cloudflared can judge its path '\(rule.path ?? "")'"
        case .letterCase: "its host name is '\(rule.hostname ?? "")', and upper case makes a difference"
        case .trailingDot: "its host name is '\(rule.hostname ?? "")', without a dot at the end"
        case .wildcardItself:
            "'\(rule.hostname ?? "")' stands for the names below '\(request.hostname)', not for itself"
        }
    }

    private static func reason(_ rule: Route, _ request: RequestURL) -> String {
        let host: String? = rule.hostname.map {
            $0.hasPrefix("*.") ? "the host name ends in '\($0.dropFirst())'" : "the host name is '\($0)'"
        }
        let path: String? = rule.path.map { "'\($0)' matches the path" }
        switch (host, path) {
        case (let host?, let path?): return "\(host), and \(path)"
        case (let host?, nil): return "\(host), and any path will do"
        case (nil, let path?): return "any host name will do, and \(path)"
        case (nil, nil): return "any host name and any path will do"
        }
    }
}

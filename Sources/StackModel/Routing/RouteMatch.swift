// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import GoRegexp

/// What cloudflared makes of a request: the rule it takes, and why it passed by those before.
public struct RouteMatch: Sendable {
    /// A rule of cloudflared.
    public enum Rule: Sendable {
        /// The hidden one for cloudflared's own management service, before all others.
        case management
        /// A route of the stack.
        case route(RouteTable.Row)
        /// The one behind all others, which answers 404.
        case rest
    }

    /// Why a rule that names the host did not take the request.
    public enum Obstacle: Sendable, Equatable {
        /// The path expression is found nowhere in the path.
        case path
        /// The expression may match or not; only cloudflared knows its character classes.
        case undecided
        /// The host names differ in upper and lower case, and cloudflared compares them as they stand.
        case letterCase
        /// The request's host name ends in a dot, which no rule's does.
        case trailingDot
        /// A wildcard stands for the names below its own, not for itself.
        case wildcardItself
    }

    /// A rule that names the host and did not take the request.
    public struct Miss: Sendable {
        /// The rule.
        public var row: RouteTable.Row
        /// Why.
        public var obstacle: Obstacle
    }

    /// The rule that takes the request.
    public var rule: Rule
    /// The rules before it that name the host, in order.
    public var misses: [Miss]
    /// The rule's number as cloudflared counts: from 0, and -1 for the hidden one.
    public var number: Int
}

extension RouteTable {
    /// The host name that cloudflared answers itself (`management/service.go`).
    public static let managementHostname = "management.argotunnel.com"

    /// Finds the rule for a request as cloudflared does (`ingress/ingress.go`, `FindMatchingRule`).
    ///
    /// A port behind the host name is left out. Host names are compared letter for letter: the names of a stack's
    /// routes are lower-case ASCII, so that cloudflared's second comparison, with their spelling in DNS, adds nothing.
    /// A leading `*.` stands for one or more labels. The path is searched for the expression as it stands: decoded,
    /// and with its dot segments and doubled slashes.
    ///
    /// - Parameters:
    ///   - host: The host name of the request, perhaps with a port.
    ///   - path: The decoded bytes of its path.
    ///   - isTunnelled: Whether cloudflared's hidden rule stands before the stack's.
    /// - Returns: The rule, and why those before it were passed by.
    public func match(host: String, path: [UInt8], isTunnelled: Bool) -> RouteMatch {
        let host = Self.withoutPort(host)
        if isTunnelled, host == Self.managementHostname {
            return RouteMatch(rule: .management, misses: [], number: -1)
        }
        var misses: [RouteMatch.Miss] = []
        for row in rows {
            let route = row.route
            guard Hostname.covers(route.hostname, host) else {
                if let obstacle = Self.obstacle(between: route.hostname, and: host) {
                    misses.append(.init(row: row, obstacle: obstacle))
                }
                continue
            }
            guard let text = route.path else { return RouteMatch(rule: .route(row), misses: misses, number: row.index) }
            guard case .expression(let expression)? = try? PathPattern(text) else {
                misses.append(.init(row: row, obstacle: .undecided))
                continue
            }
            if expression.matches(utf8: path) {
                return RouteMatch(rule: .route(row), misses: misses, number: row.index)
            }
            misses.append(.init(row: row, obstacle: .path))
        }
        return RouteMatch(rule: .rest, misses: misses, number: rows.count)
    }

    /// Why a host name that is close to a rule's is not the same; nil when they have nothing to do with each other.
    private static func obstacle(between rule: String?, and host: String) -> RouteMatch.Obstacle? {
        if rule == "*." + host { return .wildcardItself }
        if host.hasSuffix("."), Hostname.covers(rule, String(host.dropLast())) { return .trailingDot }
        return Hostname.covers(rule, host.lowercased()) ? .letterCase : nil
    }

    /// A host without a port, as Go's `net.SplitHostPort` splits it; as it is where that finds an error.
    static func withoutPort(_ host: String) -> String {
        guard let colon = host.lastIndex(of: ":") else { return host }
        var name = host[..<colon]
        if name.hasPrefix("[") {
            guard name.hasSuffix("]") else { return host }
            name = name.dropFirst().dropLast()
            return name.contains { "[]".contains($0) } ? host : String(name)
        }
        return host.contains { "[]".contains($0) } || name.contains(":") ? host : String(name)
    }
}

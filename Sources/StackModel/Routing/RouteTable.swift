// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// All routes of a stack in the order in which they are tried, found by host name without looking at each.
public struct RouteTable: Sendable {
    /// One route and the server it leads to.
    public struct Row: Sendable {
        /// The place in the order, from 0.
        public var index: Int
        /// The route.
        public var route: Route
        /// The server.
        public var server: Server
    }

    /// The routes in order.
    public let rows: [Row]
    private var byHostname: [String: [Int]] = [:]
    /// Those with a wildcard or without a host name, which stand for many.
    private var wide: [Int] = []

    /// Creates the table of a stack.
    public init(_ stack: Stack) {
        var rows: [Row] = []
        for server in stack.servers {
            for route in server.routes {
                if let hostname = route.hostname, !hostname.hasPrefix("*.") {
                    byHostname[hostname, default: []].append(rows.count)
                } else {
                    wide.append(rows.count)
                }
                rows.append(Row(index: rows.count, route: route, server: server))
            }
        }
        self.rows = rows
    }

    /// The routes, in order, that stand for every name that a host name stands for; nil stands for any name.
    public func rows(covering hostname: String?) -> [Row] {
        let exact = hostname.flatMap { byHostname[$0] } ?? []
        let covering = wide.filter { Hostname.covers(rows[$0].route.hostname, hostname) }
        return (exact + covering).sorted().map { rows[$0] }
    }
}

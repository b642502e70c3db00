// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Finds host names that say different things about who may use them.
///
/// Cloudflare protects host names. A path keeps nobody out: cloudflared does not normalise paths, so that
/// `/public/../private` takes the route for `/public` and may still reach what is behind `/private`.
enum AccessCheck {
    static func run(on rows: [RouteTable.Row], _ findings: Findings) {
        var first: [String: Located<Route.Access>] = [:]
        for row in rows {
            guard let hostname = row.route.hostname else { continue }
            guard let other = first[hostname] else {
                first[hostname] = row.route.access
                continue
            }
            guard other.value != row.route.access.value else { continue }
            findings.add(
                Diagnostic(
                    .error, .divergingAccess,
                    "'\(hostname)' has different 'access' here and in another route; a path is not a boundary",
                    at: row.route.access.range, notes: [.init("the other one stands here", at: other.range)],
                    hint: "give all routes of a host name the same access, or this one a host name of its own"))
        }
        aroundPolicies(rows, findings)
    }

    /// A route for any host name, or for a wildcard, also takes requests of the protected ones it stands for.
    private static func aroundPolicies(_ rows: [RouteTable.Row], _ findings: Findings) {
        let protected = rows.filter { $0.route.hostname != nil && $0.route.access.value != .everybody }
        guard let last = protected.last else { return }
        for row in rows where row.route.access.value == .everybody && row.index < last.index {
            let hostname = row.route.hostname
            guard hostname?.hasPrefix("*") != false,
                let victim = protected.last(where: {
                    $0.index > row.index && Hostname.covers(hostname, $0.route.hostname)
                })
            else { continue }
            findings.add(
                Diagnostic(
                    .warning, .routeAroundAccess,
                    hostname == nil
                        ? "this public route has no host name and takes such paths of protected host names too"
                        : "this public route takes such paths of a protected host name too",
                    at: row.route.range, notes: [.init("a protected one stands here", at: victim.route.range)],
                    hint: hostname == nil ? "give the route a host name" : "put the protected route first"))
        }
    }
}

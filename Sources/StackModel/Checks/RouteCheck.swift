// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import GoRegexp

/// Finds routes that never get a request, because an earlier one takes it: cloudflared tries rules in order.
enum RouteCheck {
    /// The expression of a row, and a path that it matches.
    private struct Path {
        var pattern: PathPattern
        var example: String?
        /// What every match begins with, when it can only begin where the path begins.
        var beginning: [UInt8]?
    }

    static func run(on table: RouteTable, _ findings: Findings) {
        let paths = table.rows.map { path(of: $0.route) }
        var covering: [String?: [Int]] = [:]
        for row in table.rows {
            let (route, server) = (row.route, row.server)
            let candidates = covering[route.hostname] ?? table.rows(covering: route.hostname).map(\.index)
            covering[route.hostname] = candidates
            guard
                let index = candidates.first(where: {
                    table.rows[$0].route.path == route.path || takesEveryPath(paths[$0], of: paths[row.index])
                }), index < row.index
            else {
                PrefixCheck.run(on: route, of: server, findings)
                continue
            }
            let taker = table.rows[index]
            let isSame = taker.route.hostname == route.hostname && taker.route.path == route.path
            findings.add(
                Diagnostic(
                    .error, isSame ? .duplicateRoute : .shadowedRoute,
                    isSame
                        ? "this route stands twice; server '\(server.name.value)' would never see a request through it"
                        : "this route never gets a request; an earlier one takes them all",
                    at: route.range, notes: [.init(note(on: taker, taking: route), at: taker.route.range)],
                    hint: isSame ? nil : "put the narrower route first"))
        }
    }

    private static func note(on taker: RouteTable.Row, taking route: Route) -> String {
        let note = "server '\(taker.server.name.value)' takes them here"
        guard let wide = taker.route.path, wide != route.path else { return note }
        guard let narrow = route.path else { return note + ": '\(wide)' matches every path" }
        return note + ": '\(wide)' matches every path that '\(narrow)' matches"
    }

    private static func path(of route: Route) -> Path? {
        guard let text = route.path else { return nil }
        guard let pattern = try? PathPattern(text) else { return Path(pattern: .beyond(text)) }
        guard case .expression(let expression) = pattern else { return Path(pattern: pattern) }
        return Path(
            pattern: pattern, example: expression.example(startingWith: "/"),
            beginning: expression.isAnchoredAtStart ? Array(expression.literalPrefix.utf8) : nil)
    }

    /// Whether one takes every path of another, nil taking all; paths of requests begin with a slash.
    private static func takesEveryPath(_ first: Path?, of second: Path?) -> Bool {
        guard let first else { return true }
        guard case .expression(let wide) = first.pattern else { return false }
        switch second?.pattern {
        case .beyond, nil:
            return wide.includes(.anything, amongTextsStartingWith: "/") == true
        case .expression(let narrow):
            // The usual case, at once: their fixed beginnings differ.
            if second?.example != nil, let left = first.beginning, let right = second?.beginning,
                zip(left, right).contains(where: !=)
            {
                return false
            }
            if let example = second?.example, !wide.matches(example) { return false }
            return wide.includes(narrow, amongTextsStartingWith: "/") == true
        }
    }
}

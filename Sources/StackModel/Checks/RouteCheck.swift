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
    }

    static func run(on stack: Stack, _ findings: Findings) {
        let table = RouteTable(stack)
        let paths = table.rows.map { path(of: $0.route) }
        for row in table.rows {
            let (route, server) = (row.route, row.server)
            let candidates = table.rows(covering: route.hostname).prefix { $0.index < row.index }
            guard
                let taker = candidates.first(where: {
                    $0.route.path == route.path || takesEveryPath(paths[$0.index], of: paths[row.index])
                })
            else { continue }
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
        return Path(pattern: pattern, example: expression.example(startingWith: "/"))
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
            if second?.example != nil, wide.isAnchoredAtStart, narrow.isAnchoredAtStart,
                !wide.literalPrefix.hasPrefix(narrow.literalPrefix),
                !narrow.literalPrefix.hasPrefix(wide.literalPrefix)
            {
                return false
            }
            if let example = second?.example, !wide.matches(example) { return false }
            return wide.includes(narrow, amongTextsStartingWith: "/") == true
        }
    }
}

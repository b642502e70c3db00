// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Finds routes that never get a request, because an earlier one takes it: cloudflared tries rules in order.
enum RouteCheck {
    static func run(on stack: Stack, _ findings: Findings) {
        let table = RouteTable(stack)
        for row in table.rows {
            let (route, server) = (row.route, row.server)
            let candidates = table.rows(covering: route.hostname).prefix { $0.index < row.index }
            guard let taker = candidates.first(where: { takesEveryPath($0.route, of: route) }) else {
                PrefixCheck.run(on: route, of: server, findings)
                continue
            }
            let isSame = taker.route.hostname == route.hostname && taker.route.path == route.path
            findings.add(
                Diagnostic(
                    .error, isSame ? .duplicateRoute : .shadowedRoute,
                    isSame
                        ? "this route stands twice; server '\(server.name.value)' would never see a request through it"
                        : "this route never gets a request; an earlier one takes them all",
                    at: route.range,
                    notes: [.init("server '\(taker.server.name.value)' takes them here", at: taker.route.range)],
                    hint: isSame ? nil : "put the narrower route first"))
        }
    }

    private static func takesEveryPath(_ first: Route, of second: Route) -> Bool {
        first.path == nil || first.path == second.path
    }
}

/// Finds routes by path whose server never answers below that path: cloudflared does not rewrite paths.
enum PrefixCheck {
    static func run(on route: Route, of server: Server, _ findings: Findings) {
        guard let endpoint = server.endpointPath, !route.stripsPrefix, let prefix = route.literalPrefix,
            !route.leads(to: endpoint.value)
        else { return }
        let seen = prefix + endpoint.value
        findings.add(
            Diagnostic(
                server.isBridged ? .error : .warning, .prefixNotStripped,
                "nobody reaches the endpoint: requests keep their path, and '\(server.name.value)' is asked for "
                    + "'\(seen)' instead of '\(endpoint.value)'",
                at: route.range,
                hint: server.isBridged
                    ? "write 'strip-prefix: true' into the route"
                    : "have the server answer below '\(prefix)' and say so ('path: \(seen)'), or give it a host name "
                        + "of its own"))
    }
}

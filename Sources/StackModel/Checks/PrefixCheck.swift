// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Finds routes by path whose server never answers below that path: cloudflared does not rewrite paths.
enum PrefixCheck {
    static func run(on route: Route, of server: Server, _ findings: Findings) {
        guard let endpoint = server.servedPath, !route.stripsPrefix, let prefix = route.literalPrefix,
            !route.leads(to: endpoint)
        else { return }
        let seen = prefix + endpoint
        findings.add(
            Diagnostic(
                server.isBridged ? .error : .warning, .prefixNotStripped,
                "nobody reaches the endpoint: requests keep their path, and '\(server.name.value)' is asked for "
                    + "'\(seen)' instead of '\(endpoint)'",
                at: route.range,
                hint: server.isBridged
                    ? "write 'strip-prefix: true' into the route"
                    : "have the server answer below '\(prefix)' and say so ('path: \(seen)'), or give it a host name "
                        + "of its own"))
    }
}

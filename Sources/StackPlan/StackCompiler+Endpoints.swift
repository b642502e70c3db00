// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

extension StackCompiler {
    /// The URLs under which clients reach a server, as far as its routes name them.
    ///
    /// A wildcard names no host, and a quick tunnel gets its name when it starts. A route for a path names a URL
    /// when the endpoint is below it, or when it is written like `^/prefix(/.*)?$` and the prefix is stripped.
    func endpoints(of server: Server) -> [String] {
        server.routes.compactMap { route in
            guard let path = path(of: server, through: route) else { return nil }
            let isLocal = stack.tunnel == .local
            guard let host = route.hostname ?? (isLocal ? "127.0.0.1" : nil), !host.hasPrefix("*") else { return nil }
            let base = isLocal ? "http://\(host):\(Locations.gatewayPort)" : "https://\(host)"
            return base + path
        }
    }

    private func path(of server: Server, through route: Route) -> String? {
        let prefix = route.literalPrefix
        guard let endpoint = server.servedPath else {
            return route.path == nil ? "/" : prefix.map { $0 + "/" }
        }
        if route.path == nil { return endpoint }
        if route.stripsPrefix { return prefix.map { $0 + endpoint } }
        return route.leads(to: endpoint) ? endpoint : nil
    }
}

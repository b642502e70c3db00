// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import StackModel

extension Server {
    /// What carries requests to the server, as a value of cloudflared's key `service`.
    public var originService: String {
        switch program {
        case .stdio, .proxied, .status: "unix:\(Locations.serverSocket(name.value))"
        case .http(_, let port): "http://localhost:\(port.value)"
        case .external(let url): url.value.text
        }
    }
}

extension Stack {
    /// What takes the requests of a route, as a value of cloudflared's key `service`.
    ///
    /// Nobody gets through a route whose policy the connector cannot check.
    public func service(of route: Route, to server: Server) -> String {
        isClosed(route) ? "http_status:403" : server.originService
    }

    /// Whether a tunnel answers 403 on a route, because nobody told what its policy is checked against.
    public func isClosed(_ route: Route) -> Bool {
        tunnel != .local && route.access.value != .everybody && policy(of: route)?.verification == nil
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import StackModel

extension Server {
    /// What carries requests to the server, as a value of cloudflared's key `service`.
    public var originService: String {
        switch program {
        case .stdio, .status: "unix:\(Locations.serverSocket(name.value))"
        case .http(_, let port): "http://localhost:\(port.value)"
        case .external(let url): url.value.text
        }
    }
}

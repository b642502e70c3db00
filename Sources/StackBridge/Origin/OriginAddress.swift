// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Where a server that speaks HTTP is reached: `http://127.0.0.1:3002/mcp`.
struct OriginAddress: Equatable, Sendable {
    /// The host, without brackets.
    let host: String
    let port: Int
    /// The path of its endpoint.
    let path: String

    /// Reads an address with the scheme `http`; nil for anything else.
    init?(_ text: String) {
        guard text.hasPrefix("http://") else { return nil }
        let rest = text.dropFirst("http://".count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let path = rest[slash...].isEmpty ? "/" : String(rest[slash...])
        guard let authority = Authority(String(rest[..<slash])), EndpointPaths.isPath(path),
            path.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        let name = authority.name
        host = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name
        port = authority.port ?? 80
        self.path = path
    }

    /// The `Host` field of requests: MCP SDKs answer 421 to one that is not their own address with its port.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

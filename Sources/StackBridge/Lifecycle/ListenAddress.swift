// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Where the bridge listens when systemd passes no socket.
enum ListenAddress: Equatable, Sendable {
    /// An IP address or host name, without brackets, and a port.
    case tcp(host: String, port: Int)
    /// A socket in the file system.
    case unix(path: String)

    /// Reads `127.0.0.1:8080`, `[::1]:8080` or `unix:/path`; nil for anything else.
    init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst(5)
            // sun_path of unix(7) has room for 107 bytes and the final zero.
            guard path.hasPrefix("/"), path.utf8.count <= 107 else { return nil }
            self = .unix(path: String(path))
            return
        }
        guard let authority = Authority(text), let port = authority.port else { return nil }
        let name = authority.name
        self = .tcp(host: name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name, port: port)
    }
}

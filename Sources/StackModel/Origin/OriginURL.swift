// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The address of a service that runs elsewhere: scheme, host and port without a path, or a unix socket.
///
/// cloudflared refuses a path in an origin's address, because it forwards the request's own path
/// (`ingress/ingress.go`, "ingress rules don't support proxying to a different path"). It takes every scheme it does
/// not know for raw TCP, so that a slip such as `htp://` answers 200 with nothing; here it is refused.
public struct OriginURL: Sendable, Equatable {
    /// Why a text is not such an address.
    public enum Problem: Error, Equatable {
        /// The scheme is missing or not one of `schemes`.
        case scheme
        /// There is no host, or it has characters that no host has.
        case host
        /// The port is not a number from 1 to 65535.
        case port
        /// There is a path, a query or a fragment.
        case path
        /// There is a user name or a password.
        case credentials
        /// The path of a unix socket is not absolute.
        case socket
    }

    /// The schemes with a host; cloudflared turns `ws` into `http` and `wss` into `https`.
    public static let schemes = ["http", "https", "ws", "wss"]

    /// `http`, `https`, `ws`, `wss` or `unix`.
    public var scheme: String
    /// The host name or address; an IPv6 address stands in brackets; for `unix` the socket's path.
    public var host: String
    /// The port; nil for the scheme's own.
    public var port: Int?

    /// The address as text.
    public var text: String {
        isSocket ? "unix:\(host)" : "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }

    /// Whether it is a unix socket.
    public var isSocket: Bool { scheme == "unix" }

    /// Whether the connection to it is encrypted.
    public var isTLS: Bool { scheme == "https" || scheme == "wss" }

    /// The port that is connected to; nil for a socket.
    public var effectivePort: Int? {
        isSocket ? nil : port ?? (isTLS ? 443 : 80)
    }

    /// Whether it is on this machine.
    public var isLoopback: Bool {
        isSocket || host == "localhost" || host == "[::1]" || (IPAddress.isIPv4(host) && host.hasPrefix("127."))
    }

    /// Reads an address.
    public init(parsing text: String) throws(Problem) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst("unix:".count)
            guard path.utf8.starts(with: "/".utf8), !path.utf8.starts(with: "//".utf8), path.utf8.count > 1,
                path.utf8.count < 108
            else {
                throw .socket
            }
            self.scheme = "unix"
            self.host = String(path)
            return
        }
        guard let (scheme, rest) = Self.split(text) else { throw .scheme }
        guard !rest.contains("@") else { throw .credentials }
        guard !rest.contains(where: { "/?#".contains($0) }) else { throw .path }
        var host = rest
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            host = rest[..<colon]
            let digits = rest[rest.index(after: colon)...]
            guard let number = Int(digits), digits.allSatisfy(\.isNumber), (1...65535).contains(number) else {
                throw .port
            }
            port = number
        }
        guard Self.isHost(host) else { throw .host }
        self.scheme = scheme
        self.host = String(host)
    }

    private static func split(_ text: String) -> (String, Substring)? {
        for scheme in schemes where text.hasPrefix(scheme + "://") {
            return (scheme, text.dropFirst(scheme.count + 3))
        }
        return nil
    }

    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            return IPAddress.isIPv6(String(text.dropFirst().dropLast()))
        }
        return Hostname.isPlain(String(text).lowercased())
    }
}

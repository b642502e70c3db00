// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The address of a service that runs elsewhere: scheme, host and port, without a path.
///
/// cloudflared refuses a path in an origin's address, because it forwards the request's own path
/// (`ingress/ingress.go`, "ingress rules don't support proxying to a different path").
public struct OriginURL: Sendable, Equatable {
    /// Why a text is not such an address.
    public enum Problem: Error, Equatable {
        /// The scheme is missing or not one of `http` and `https`.
        case scheme
        /// There is no host, or it has characters that no host has.
        case host
        /// The port is not a number from 1 to 65535.
        case port
        /// There is a path, a query or a fragment.
        case path
        /// There is a user name or a password.
        case credentials
    }

    /// `http` or `https`.
    public var scheme: String
    /// The host name or address; an IPv6 address stands in brackets.
    public var host: String
    /// The port; nil for the scheme's own.
    public var port: Int?

    /// The address as text.
    public var text: String {
        "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }

    /// Reads an address.
    public init(parsing text: String) throws(Problem) {
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
        for scheme in ["http", "https"] where text.hasPrefix(scheme + "://") {
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

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// How cloudflared talks to an origin: its `originRequest`, key by key (`ingress/config.go`).
public struct OriginRequest: Sendable, Equatable {
    /// One key of `originRequest`, spelled as cloudflared spells it.
    public enum Key: String, Sendable, CaseIterable {
        case connectTimeout
        case tlsTimeout
        case tcpKeepAlive
        case noHappyEyeballs
        case keepAliveConnections
        case keepAliveTimeout
        case httpHostHeader
        case originServerName
        case matchSNItoHost
        case caPool
        case noTLSVerify
        case disableChunkedEncoding
        case http2Origin
        case bastionMode
        case proxyType
        case proxyAddress
        case proxyPort
        case ipRules
    }

    /// The value of a key.
    public enum Value: Sendable, Equatable {
        /// A length of time.
        case duration(Duration)
        /// A switch.
        case boolean(Bool)
        /// A number.
        case number(Int)
        /// Text.
        case text(String)
        /// The networks that a SOCKS proxy may reach.
        case rules([AddressRule])
    }

    /// One entry of `ipRules`.
    public struct AddressRule: Sendable, Equatable {
        /// The network, as an address with a prefix length.
        public var prefix: String
        /// The ports; all when empty.
        public var ports: [Int]
        /// Whether it is allowed.
        public var isAllowed: Bool
    }

    /// The keys that were given, with their places.
    public var values: [Key: Located<Value>]

    /// Creates a set of values; by default an empty one.
    public init(_ values: [Key: Located<Value>] = [:]) {
        self.values = values
    }

    /// The keys that were given, in the order in which they are written.
    public var keys: [Key] {
        Key.allCases.filter { values[$0] != nil }
    }

    /// The same with the values of another one where this one has none.
    public func filled(from general: OriginRequest) -> OriginRequest {
        OriginRequest(values.merging(general.values) { own, _ in own })
    }

    /// The text of a key that has one.
    public func text(_ key: Key) -> String? {
        if case .text(let text)? = values[key]?.value { text } else { nil }
    }

    /// Whether a switch is on.
    public func isOn(_ key: Key) -> Bool {
        values[key]?.value == .boolean(true)
    }

    /// How long an idle connection to a server is kept when nothing is said.
    ///
    /// Shorter than the 5 s after which Node and uvicorn close one, and than the 30 s of the bridge, so that no request
    /// meets a connection that is being closed; a bridge that stops waits for connections as long.
    public static let defaultKeepAlive: Duration = .seconds(4)

    /// How long an idle connection to the server is kept.
    public var keepAlive: Duration { duration(.keepAliveTimeout) ?? Self.defaultKeepAlive }

    /// The length of time of a key that has one.
    public func duration(_ key: Key) -> Duration? {
        if case .duration(let duration)? = values[key]?.value { duration } else { nil }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics

/// Everything that one stack file says, checked: the servers of a machine and how the world reaches them.
public struct Stack: Sendable {
    /// How requests reach the machine.
    public var tunnel: Tunnel
    /// The servers, in the order of the file.
    public var servers: [Server]
}

/// How requests reach the machine.
public enum Tunnel: Sendable, Equatable {
    /// Not through Cloudflare at all: nginx on loopback does the routing.
    case local
    /// A tunnel that exists at Cloudflare, run by cloudflared with a credentials file.
    case named(NamedTunnel)
}

/// A tunnel that exists at Cloudflare.
public struct NamedTunnel: Sendable, Equatable {
    /// How cloudflared talks to the edge.
    public enum TransportProtocol: String, Sendable, CaseIterable {
        /// QUIC, and HTTP/2 where UDP is blocked.
        case auto
        /// QUIC only.
        case quic
        /// HTTP/2 over TCP only.
        case http2
    }

    /// The tunnel's UUID, in lower case.
    public var id: String
    /// The absolute path of the JSON file that `cloudflared tunnel create` wrote.
    public var credentials: Located<String>
    /// How cloudflared talks to the edge.
    public var transportProtocol: TransportProtocol
}

/// A value and where it was written.
public struct Located<Value: Sendable>: Sendable {
    /// The value.
    public var value: Value
    /// Where it stands.
    public var range: SourceRange

    /// Creates a located value.
    public init(_ value: Value, at range: SourceRange) {
        self.value = value
        self.range = range
    }
}

extension Located: Equatable where Value: Equatable {}

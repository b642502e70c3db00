// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// How requests reach the machine.
public enum Tunnel: Sendable, Equatable {
    /// Not through Cloudflare at all: nginx on loopback does the routing.
    case local
    /// A tunnel of an account at Cloudflare, run by cloudflared.
    case named(NamedTunnel)
    /// A tunnel without an account, under a random name of trycloudflare.com, for one server and for testing.
    case quick(TransportProtocol)

    /// How cloudflared talks to the edge.
    public enum TransportProtocol: String, Sendable, CaseIterable {
        /// QUIC, and HTTP/2 where UDP is blocked.
        case auto
        /// QUIC only.
        case quic
        /// HTTP/2 over TCP only.
        case http2
    }

    /// The tunnel when it is one of an account.
    public var named: NamedTunnel? {
        if case .named(let tunnel) = self { tunnel } else { nil }
    }

    /// The credentials that only systemd can decrypt and that the tunnel needs.
    public var credentialNames: [Located<String>] {
        switch named?.credentials {
        case .credential(let name), .token(let name): [name]
        case .file, nil: []
        }
    }
}

/// A tunnel that exists at Cloudflare.
public struct NamedTunnel: Sendable, Equatable {
    /// What proves to Cloudflare that a machine may run the tunnel.
    public enum Credentials: Sendable, Equatable {
        /// The absolute path of the JSON file that `cloudflared tunnel create` wrote.
        case file(Located<String>)
        /// The same as an encrypted credential, by its name without the stack's prefix.
        case credential(Located<String>)
        /// The tunnel's token as an encrypted credential, by its name without the stack's prefix.
        case token(Located<String>)
    }

    /// The tunnel's UUID in lower case, or its name; a token needs neither.
    public var reference: Located<String>?
    /// What proves that this machine may run it.
    public var credentials: Credentials
    /// How cloudflared talks to the edge.
    public var transportProtocol: Tunnel.TransportProtocol
    /// Whether connectors of the tunnel run on other machines too.
    public var isReplica: Bool

    /// The UUID, when the stack names the tunnel by it.
    public var id: String? {
        reference.flatMap { Self.isUUID($0.value) ? $0.value : nil }
    }

    /// Whether a text is a UUID.
    public static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
    }
}

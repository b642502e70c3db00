// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The versions of the Model Context Protocol, as `MCP-Protocol-Version` spells them.
public enum MCPProtocolVersion: String, Sendable, CaseIterable, Comparable {
    /// The first one: stdio and HTTP+SSE.
    case v2024_11_05 = "2024-11-05"
    /// Streamable HTTP with sessions; the only one with batches.
    case v2025_03_26 = "2025-03-26"
    /// Streamable HTTP; requires the version header after `initialize`.
    case v2025_06_18 = "2025-06-18"
    /// Streamable HTTP; the last one with sessions.
    case v2025_11_25 = "2025-11-25"
    /// Stateless: no handshake, no session.
    case v2026_07_28 = "2026-07-28"

    /// Older versions come first.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Whether a client of this version starts with `initialize` and keeps a session.
    public var hasSessions: Bool { self < .v2026_07_28 }

    /// Whether a body may be an array of messages.
    public var allowsBatches: Bool { self <= .v2025_03_26 }
}

/// The methods that a bridge has to know.
public enum MCPMethod {
    /// Opens a session, up to 2025-11-25.
    public static let initialize = "initialize"
    /// Asks what the server can do, from 2026-07-28 on.
    public static let discover = "server/discover"
    /// Tells how far a request is.
    public static let progress = "notifications/progress"
    /// Gives up on a request.
    public static let cancelled = "notifications/cancelled"
}

/// The header fields of Streamable HTTP.
public enum MCPHeader {
    /// Names the session (2025-03-26 to 2025-11-25).
    public static let sessionID = "Mcp-Session-Id"
    /// Names the version of the protocol (from 2025-06-18 on).
    public static let protocolVersion = "MCP-Protocol-Version"
}

/// The keys of `_meta` that a bridge has to know.
public enum MCPMeta {
    /// The version of a stateless request (2026-07-28).
    public static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
}

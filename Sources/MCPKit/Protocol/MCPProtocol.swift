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

    /// The versions with sessions, newest first.
    public static let withSessions = allCases.filter(\.hasSessions).sorted(by: >)

    /// Whether a body may be an array of messages.
    public var allowsBatches: Bool { self <= .v2025_03_26 }
}

/// The methods that a bridge has to know.
public enum MCPMethod {
    /// Opens a session, up to 2025-11-25.
    public static let initialize = "initialize"
    /// Says that the client has understood the answer to `initialize`.
    public static let initialized = "notifications/initialized"
    /// Asks whether the other side is there.
    public static let ping = "ping"
    /// Asks for the tools that there are, page by page.
    public static let listTools = "tools/list"
    /// Calls a tool.
    public static let callTool = "tools/call"
    /// How the methods begin that are about tasks (2025-11-25).
    public static let taskPrefix = "tasks/"
    /// Says which of the server's log messages are wanted, for the whole connection.
    public static let setLevel = "logging/setLevel"
    /// Asks for news of a resource, up to 2025-11-25.
    public static let subscribe = "resources/subscribe"
    /// Gives up `resources/subscribe`.
    public static let unsubscribe = "resources/unsubscribe"
    /// Says that a resource has changed.
    public static let resourceUpdated = "notifications/resources/updated"
    /// Says that the list of tools has changed.
    public static let toolsChanged = "notifications/tools/list_changed"
    /// Says that the list of prompts has changed.
    public static let promptsChanged = "notifications/prompts/list_changed"
    /// Says that the list of resources has changed.
    public static let resourcesChanged = "notifications/resources/list_changed"
    /// Opens a stream of news, from 2026-07-28 on.
    public static let listen = "subscriptions/listen"
    /// Begins the stream that `subscriptions/listen` opens.
    public static let acknowledged = "notifications/subscriptions/acknowledged"
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
    /// Repeats the method of a stateless request (2026-07-28).
    public static let method = "Mcp-Method"
    /// Repeats what a stateless request is about: the tool, the prompt or the resource (2026-07-28).
    public static let name = "Mcp-Name"
    /// The parameter that `Mcp-Name` repeats, by method (2026-07-28, "Standard Request Headers").
    public static let nameMember = ["tools/call": "name", "prompts/get": "name", "resources/read": "uri"]
    /// Repeats arguments of a tool that its schema marks, in fields whose names begin so (2026-07-28).
    public static let parameterPrefix = "Mcp-Param-"
    /// The last event that a client has seen of a stream that broke (2025-03-26 to 2025-11-25).
    public static let lastEventID = "Last-Event-ID"
}

/// The keys of `_meta` that a bridge has to know.
public enum MCPMeta {
    /// The version of a stateless request (2026-07-28).
    public static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
    /// What the client of a stateless request can do (2026-07-28).
    public static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
    /// Who the client of a stateless request is (2026-07-28).
    public static let clientInfo = "io.modelcontextprotocol/clientInfo"
    /// Who answers a stateless request (2026-07-28).
    public static let serverInfo = "io.modelcontextprotocol/serverInfo"
    /// The subscription that news belong to (2026-07-28).
    public static let subscriptionID = "io.modelcontextprotocol/subscriptionId"
    /// What the protocol itself puts into `_meta` begins with this.
    public static let prefix = "io.modelcontextprotocol/"
}

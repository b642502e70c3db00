// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// How a server that speaks HTTP is spoken to.
public enum HTTPTransport: String, Sendable, CaseIterable {
    /// Streamable HTTP (2025-03-26 and later).
    case streamableHTTP = "streamable-http"
    /// HTTP+SSE (2024-11-05).
    case sse
    /// The first where the server has it, else the second.
    case detect
}

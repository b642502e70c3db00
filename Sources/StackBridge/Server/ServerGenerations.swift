// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// What a server has shown to know of the protocol, so far.
enum ServerGenerations {
    /// Sessions, as nearly every server.
    case sessions
    /// Stateless requests, for which nobody needs a child of its own; it was not asked for sessions.
    case statelessAtLeast
    /// Nothing but stateless requests, so that its sessions are the bridge's own.
    case stateless

    /// Takes how a conversation was opened, after it had begun in some generation.
    mutating func take(_ generation: ServerIntroduction.Generation, after opening: SharedConversation.Opening) {
        switch (generation, opening) {
        case (.sessions, _): self = .sessions
        case (.stateless, .sessions): self = .stateless
        case (.stateless, .stateless): self = self == .stateless ? .stateless : .statelessAtLeast
        }
    }
}

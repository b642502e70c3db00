// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// One HTTP request that is being answered; later ones have larger numbers.
struct ExchangeID: Hashable, Comparable, Sendable {
    let rawValue: UInt64

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a session wants done.
enum SessionAction: Equatable {
    /// Hand a message of the client, renumbered, to the child.
    case forward(JSONRPCMessage)
    /// Write one line of the bridge's own to the child; the line end is still to be added.
    case sendToChild(ByteBuffer)
    /// Answer an exchange, which is over then.
    case answer(ExchangeID, Answer)
    /// Answer an exchange with an event stream.
    case beginEvents(ExchangeID, fields: [Answer.Field])
    /// Send an event on a stream that was begun.
    case sendEvent(ExchangeID, ByteBuffer)
    /// Send an event of an older stream again, under its old id.
    case replayEvent(ExchangeID, ByteBuffer, id: String)
    /// Send the event that names where an HTTP+SSE client posts.
    case sendEndpoint(ExchangeID, String)
    /// Send a comment on a stream that has been silent.
    case sendPing(ExchangeID)
    /// End an event stream, and its exchange.
    case endEvents(ExchangeID)
    /// A cancelled request, by its number, that the child has not answered and is no longer expected to.
    case gaveUp(Int)
    /// The child answered `initialize`: the session is open.
    case opened
    /// The session is over; its child has to go.
    case end
    /// The child may hang: find out.
    case suspect
    /// Something for the log.
    case report(String)
}

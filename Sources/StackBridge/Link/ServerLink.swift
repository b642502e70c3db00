// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// Names what a bridge talks to a server through, among all those of the bridge.
struct LinkID: Hashable {
    let rawValue: UInt64
}

/// What a bridge talks to a server through: the pipes of a process, or HTTP.
///
/// Confined to the event loop.
protocol ServerLink: AnyObject {
    var id: LinkID { get }
    /// Since when the server behind it runs.
    var startedAt: NIODeadline { get }
    /// Since when it is not known whether the server still does anything; any message of it ends that.
    var suspectSince: NIODeadline? { get set }
    /// Whether it serves somebody: nobody has ended it, nor has the server.
    var isInUse: Bool { get }
    /// The bytes that the server has not taken yet.
    var queuedBytes: Int { get }
    /// Whether reading from the server stops for now.
    var isPaused: Bool { get set }

    /// Sends one message, with the header fields that go along with it where there is a header.
    func send(_ message: ByteBuffer, fields: [HTTPField])
    /// Ends the link.
    func end()
    /// Ends the link for a cause of the bridge's own, and tells who uses it.
    func giveUp(_ cause: String)
    /// Looks whether the server is still there.
    func poll()
}

extension ServerLink {
    /// Sends one message.
    func send(_ message: ByteBuffer) { send(message, fields: []) }
}

/// What a link tells.
struct LinkEvents {
    var message: (JSONRPCMessage) -> Void
    /// The server wants the client of a request to sign in, or refuses it.
    var refused: (_ id: JSONText, HTTPConversation.Head) -> Void = { _, _ in }
    /// Something for the bridge's own log.
    var noise: (String) -> Void
    /// Lines of the server's standard error, also when nobody uses it any more.
    var log: ([LogLine]) -> Void
    /// Once, with nothing after it: the server has ended, or can no longer be understood.
    var ended: (ChildEnd) -> Void
    /// Once, and last: nothing is left of the link.
    var reaped: () -> Void
}

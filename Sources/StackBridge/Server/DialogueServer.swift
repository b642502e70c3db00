// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// A child that serves one stateless request at a time, so that it is known whom its questions are for.
///
/// Confined to the event loop.
final class DialogueServer {
    enum Phase {
        /// The request waits until the server has introduced itself.
        case opening(JSONRPCMessage, StatelessRequest.Head, ExchangeID)
        /// It is being answered.
        case running(StatelessCall, Dialogue)
        /// It tells news to one client.
        case news(NewsStream)
        /// The client was asked something, and has not come back.
        case asking(Dialogue, ExchangeID, method: String, since: NIODeadline)
        /// Nobody uses it.
        case idle(since: NIODeadline)
    }

    var conversation: SharedConversation
    let child: any ServerLink
    /// The header fields of its request.
    var fields: [HTTPField] = []
    /// What its clients can do.
    let capabilities: JSONText
    var phase: Phase

    init(_ child: any ServerLink, _ conversation: SharedConversation, capabilities: JSONText, phase: Phase) {
        self.child = child
        self.conversation = conversation
        self.capabilities = capabilities
        self.phase = phase
    }

    /// Whether a request waits for it.
    var isBusy: Bool {
        switch phase {
        case .opening, .running, .news: true
        case .asking, .idle: false
        }
    }

    /// How long a client may think about a question.
    static let patienceWithClients = TimeAmount.minutes(5)
    /// How long a server without work is kept.
    static let idle = TimeAmount.minutes(2)
    /// The servers that there may be at once.
    static let most = 8
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// The child that serves many clients, and the conversation with it.
///
/// Confined to the event loop.
final class SharedServer {
    /// A request of a stateless client.
    enum Call {
        /// Its message waits until the server has introduced itself.
        case waiting(JSONRPCMessage, StatelessRequest.Head)
        /// It is being answered.
        case running(StatelessCall)
        /// It is a stream of news.
        case news(NewsStream)
        /// Somebody wants to know whether the server answers.
        case health(since: NIODeadline)
    }

    var conversation: SharedConversation
    let child: any ServerLink
    /// The header fields of the request that speaks, or began the conversation.
    var fields: [HTTPField] = []
    var calls: [ExchangeID: Call] = [:]

    init(_ child: any ServerLink, _ conversation: SharedConversation) {
        self.child = child
        self.conversation = conversation
    }
}

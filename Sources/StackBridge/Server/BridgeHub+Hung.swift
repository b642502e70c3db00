// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// Children that may hang.
extension BridgeHub {
    /// How long a child that let a request go unanswered may stay silent.
    static let patienceWithSuspects = TimeAmount.seconds(30)

    /// Asks a child for a sign of life.
    func suspect(_ child: any ServerLink) {
        guard child.suspectSince == nil else { return }
        child.suspectSince = .now()
        // A server without sessions knows no `ping`, and no request that does not say its version.
        child.send(
            isStateless(child)
                ? SharedConversation.request(id: nextSign(), MCPMethod.discover, StatelessMeta.parameters)
                : SharedConversation.request(id: nextSign(), MCPMethod.ping))
    }

    /// The id of the bridge's own question whether a server is still there, which nobody waits for; none comes twice
    /// (2025-11-25, "Requests").
    func nextSign() -> JSONText {
        lastSign += 1
        return JSONText(Self.signOfLife + String(lastSign))
    }

    /// Whether a message answers such a question.
    static func isSignOfLife(_ message: JSONRPCMessage) -> Bool {
        message.method == nil && message.id?.kind == .string
            && message.id?.stringValue?.hasPrefix(signOfLife) ?? false
    }

    private static let signOfLife = "mcp-stack-bridge-"

    private func isStateless(_ child: any ServerLink) -> Bool {
        guard let dialogue = dialogues[child.id] else { return shared?.child === child && generations != .sessions }
        return dialogue.conversation.introduction?.generation == .stateless
    }

    /// Ends children that gave no sign of life.
    func endHung(now: NIODeadline) {
        for child in Array(children.values) {
            // What is not read is not heard.
            guard !child.isPaused, let since = child.suspectSince, now - since >= Self.patienceWithSuspects else {
                continue
            }
            let cause = "the server does not answer and gives no sign of life"
            // A server that speaks to others is no server that hangs.
            let isHeard = children.values.contains { ($0 as? OriginLink)?.heardAt.map { $0 > since } ?? false }
            child.giveUp(cause)
            if !isHeard { origin?.process?.giveUp(cause) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// The child that serves many: sessions when they are shared, and stateless requests.
extension BridgeHub {
    /// The shared server, started if need be.
    func sharedServer() throws(NotNow) -> SharedServer {
        if let shared { return shared }
        let server = SharedServer(
            try startChild(
                message: { hub, message in
                    guard let shared = hub.shared else { return }
                    let actions = shared.conversation.receive(fromChild: message)
                    hub.perform(actions, shared)
                },
                ended: { hub, end in hub.sharedChildEnded(end) }))
        shared = server
        // Not at once: a child that is gone already says so as soon as it is written to, and who asks for it here has
        // yet to join.
        eventLoop.assumeIsolated().execute {
            guard self.shared === server else { return }
            self.perform(server.conversation.begin(client: BridgeConfiguration.version), server)
        }
        return server
    }

    func perform(_ actions: [SharedConversation.Action], _ server: SharedServer) {
        for action in actions {
            switch action {
            case .sendToChild(let bytes): server.child.send(bytes.jsonOnOneLine)
            case .deliver(let message, .session(let id)):
                guard let session = sessions[id] else { continue }
                perform(session.core.receive(fromChild: message, now: .now()), session)
            case .deliver(let message, .call(let exchange)): deliver(message, to: exchange, server)
            case .opened(let introduction): serverOpened(introduction, server)
            case .refused(let cause): server.child.giveUp(cause)
            case .report(let text): log(text)
            }
        }
    }

    private func serverOpened(_ introduction: ServerIntroduction, _ server: SharedServer) {
        serverIsStateless = introduction.generation == .stateless
        backoff.answered()
        for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
            guard case .waiting(let message, let head) = call else { continue }
            start(message, head, exchange, introduction, server)
        }
    }

    private func sharedChildEnded(_ end: ChildEnd) {
        guard let server = shared else { return }
        shared = nil
        server.child.end()
        let waiting = server.conversation.pending.count + server.calls.count
        log("\(end.trouble); \(waiting) requests were waiting")
        let seconds = noteEnd(end, of: server.child, hasAnswered: server.conversation.introduction != nil)
        server.conversation.ended()
        let cause = end.cause
        for session in Array(sessions.values) where session.isShared {
            perform(session.core.childEnded(cause: cause, retryAfter: seconds), session)
        }
        failCalls(cause, retryAfter: seconds, of: server)
    }

    /// What a shared session says to its child.
    func forward(_ bytes: ByteBuffer, from session: LiveSession) {
        guard let server = shared, let message = try? JSONRPCMessage(parsing: bytes) else { return }
        perform(server.conversation.receive(message, from: .session(session.core.id)), server)
    }

    /// A shared session is over.
    func leave(_ session: LiveSession) {
        guard let server = shared else { return }
        perform(server.conversation.leave(.session(session.core.id)), server)
    }
}

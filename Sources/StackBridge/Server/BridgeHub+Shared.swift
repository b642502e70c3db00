// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// The child that serves many: sessions when they are shared, and stateless requests.
extension BridgeHub {
    /// The shared server, started if need be; `fields` go along with the handshake where there is a header.
    func sharedServer(fields: [HTTPField] = []) throws(NotNow) -> SharedServer {
        if let shared { return shared }
        let server = SharedServer(
            try startChild(
                LinkUse(
                    message: { hub, message in
                        guard let shared = hub.shared else { return }
                        let actions = shared.conversation.receive(fromChild: message)
                        hub.perform(actions, shared)
                    },
                    refused: { hub, request, head in hub.sharedServerRefused(request, head) },
                    ended: { hub, end in hub.sharedChildEnded(end) })),
            newConversation())
        shared = server
        server.fields = fields
        // Not at once: a child that is gone already says so as soon as it is written to, and who asks for it here has
        // yet to join.
        eventLoop.assumeIsolated().execute {
            guard self.shared === server else { return }
            let generation = self.firstGeneration
            self.perform(
                server.conversation.begin(client: BridgeConfiguration.version, inGenerationOf: generation), server)
        }
        return server
    }

    /// A conversation of the bridge's own with the server, before it begins.
    func newConversation() -> SharedConversation {
        SharedConversation(
            speaksHTTP: origin != nil, authorizesClients: origin?.configuration.authorizesClients ?? false)
    }

    /// How the conversation with the shared server begins.
    ///
    /// A process is locked to the generation of its first message, and a handshake is what nearly every server knows;
    /// one that only knows stateless requests is not asked twice. A server that speaks HTTP serves both side by side:
    /// where sessions have conversations of their own, this one is for stateless requests.
    private var firstGeneration: SharedConversation.Opening {
        let isForCallsOnly = origin != nil && !configuration.sharesSessions
        return isForCallsOnly || generations == .stateless ? .stateless : .sessions
    }

    /// The server refused a request in the words of HTTP, which the client gets.
    private func sharedServerRefused(_ request: JSONText, _ head: HTTPConversation.Head) {
        guard let server = shared else { return }
        let refused = Refused.passed(head)
        guard server.conversation.introduction != nil else {
            // No server that could be used, and none that failed: who waits is told to sign in.
            shared = nil
            server.conversation.ended()
            server.child.end()
            for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
                switch call {
                case .waiting(let message, let head) where head.passed != server.fields:
                    // The server has yet to say what it thinks of this one.
                    begin(message, exchange) { hub throws(NotNow) in try hub.beginCall(message, head, exchange) }
                case .waiting(let message, _):
                    waiting[exchange]?.meter?.outcome = .error
                    waiting[exchange]?.connection.respond(refused.answer(to: message.id))
                // Whoever asks for more of it than its name, it answers.
                case .health: isHealthy(exchange)
                case .running, .news: break
                }
            }
            for session in Array(sessions.values) where session.isShared {
                perform(session.core.refuse(BridgeSession.openingNumber, refused, now: .now()), session)
            }
            return
        }
        if let actions = server.conversation.refusedTools(request) { return perform(actions, server) }
        guard let pending = server.conversation.refused(request) else { return }
        switch pending.party {
        case .session(let id):
            guard let session = sessions[id], let number = pending.id.integerValue else { return }
            perform(session.core.refuse(number, refused, now: .now()), session)
        case .call(let exchange):
            if case .health? = server.calls[exchange] { return isHealthy(exchange) }
            waiting[exchange]?.meter?.outcome = .error
            waiting[exchange]?.connection.respond(refused.answer(to: pending.id))
        }
    }

    func perform(_ actions: [SharedConversation.Action], _ server: SharedServer) {
        for action in actions {
            switch action {
            case .sendToChild(let bytes): server.child.send(bytes.jsonOnOneLine, fields: server.fields)
            case .send(let bytes, let party, let repeated):
                server.child.send(bytes.jsonOnOneLine, fields: fields(of: party, server) + repeated)
            case .deliver(let message, .session(let id)):
                guard let session = sessions[id] else { continue }
                perform(session.core.receive(fromChild: message, now: .now()), session)
            case .deliver(let message, .call(let exchange)): deliver(message, to: exchange, server)
            case .refuse(let error, let party): refuse(error, to: party, server)
            case .opened(let introduction): serverOpened(introduction, server)
            case .refused(let cause): server.child.giveUp(cause)
            case .report(let text): log(text)
            }
        }
    }

    /// The fields that go along with what a party says.
    private func fields(of party: SharedConversation.Party, _ server: SharedServer) -> [HTTPField] {
        switch party {
        case .session(let id): return sessions[id]?.fields ?? []
        case .call(let exchange):
            guard case .running(let call)? = server.calls[exchange] else { return [] }
            return call.passed
        }
    }

    private func serverOpened(_ introduction: ServerIntroduction, _ server: SharedServer) {
        generations.take(introduction.generation, after: server.conversation.opening)
        backoff.answered()
        for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
            switch call {
            case .waiting(let message, let head) where isForOnePerson:
                server.calls[exchange] = nil
                begin(message, exchange) { hub throws(NotNow) in try hub.beginDialogue(message, head, exchange) }
            case .waiting(let message, let head): start(message, head, exchange, introduction, server)
            case .health: askForHealth(exchange, introduction, server)
            case .running, .news: break
            }
        }
    }

    private func sharedChildEnded(_ end: ChildEnd) {
        guard let server = shared else { return }
        shared = nil
        server.child.end()
        let ofSessions = sessions.values.filter(\.isShared).map(\.core.pendingCount)
        logEnd(end, waiting: ofSessions.reduce(server.calls.count, +))
        let seconds = noteEnd(end, of: server.child, hasAnswered: server.conversation.introduction != nil)
        server.conversation.ended()
        let cause = end.cause
        for session in Array(sessions.values) where session.isShared {
            perform(session.core.childEnded(cause: cause, retryAfter: seconds), session)
        }
        failCalls(cause, retryAfter: seconds, of: server)
    }

    /// What a session says to its child.
    func forward(_ message: JSONRPCMessage, from session: LiveSession) {
        if let child = session.child {
            return child.send(message.text.bytes.jsonOnOneLine, fields: session.fields)
        }
        guard let server = shared else { return }
        server.fields = session.fields
        perform(server.conversation.receive(message, from: .session(session.core.id)), server)
    }

    /// A shared session is over.
    func leave(_ session: LiveSession) {
        guard let server = shared else { return }
        perform(server.conversation.leave(.session(session.core.id)), server)
    }
}

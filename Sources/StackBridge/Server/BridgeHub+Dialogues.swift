// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// Stateless requests of clients that answer questions, when each client is to have a server of its own.
extension BridgeHub {
    /// Whether a request is served by a server that may ask its client something.
    func isDialogue(_ message: JSONRPCMessage) -> Bool {
        guard !configuration.sharesSessions, generations == .sessions else { return false }
        return isForOnePerson || Dialogue.capabilities(of: message) != nil
    }

    /// Whether the server has its clients sign in and keeps sessions: then none of these serves two people.
    var isForOnePerson: Bool {
        guard let origin, origin.configuration.authorizesClients else { return false }
        return shared?.conversation.introduction.map { $0.generation != .stateless } ?? false
    }

    /// The servers for one request that there may be at once; what speaks HTTP itself needs no process for that.
    private var mostDialogues: Int { origin == nil ? DialogueServer.most : configuration.maximumSessions }

    func beginDialogue(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID
    ) throws(NotNow) {
        waiting[exchange]?.isCall = true
        if let state = Dialogue.state(of: message) { return resume(state, message, head, exchange) }
        let capabilities = Dialogue.capabilities(of: message) ?? .emptyObject
        let credentials = PassedFields.credentials(in: head.passed)
        for server in dialogues.values where server.capabilities == capabilities {
            guard PassedFields.credentials(in: server.fields) == credentials, case .idle = server.phase,
                let introduction = server.conversation.introduction
            else { continue }
            return start(message, head, exchange, introduction, server)
        }
        let server = try dialogueServer(.opening(message, head, exchange), capabilities)
        server.fields = head.passed
        // As with the shared server, a child that is gone already must not be heard of before it is known.
        eventLoop.assumeIsolated().execute {
            guard self.dialogues[server.child.id] != nil else { return }
            self.perform(
                server.conversation.begin(client: BridgeConfiguration.version, capabilities: capabilities), server)
        }
    }

    private func dialogueServer(
        _ phase: DialogueServer.Phase, _ capabilities: JSONText
    ) throws(NotNow) -> DialogueServer {
        let idle = dialogues.values.first { if case .idle = $0.phase { true } else { false } }
        guard dialogues.count < mostDialogues || idle != nil else {
            throw NotNow(cause: "Too many requests have a server of their own", seconds: 5)
        }
        // The link is known only once it is there, and reports nothing before that.
        var id: LinkID?
        let child = try startChild(
            LinkUse(
                message: { hub, message in
                    guard let server = id.flatMap({ hub.dialogues[$0] }) else { return }
                    let actions = server.conversation.receive(fromChild: message)
                    hub.perform(actions, server)
                },
                refused: { hub, request, head in
                    guard let server = id.flatMap({ hub.dialogues[$0] }) else { return }
                    hub.refused(request, head, server)
                },
                ended: { hub, end in
                    guard let server = id.flatMap({ hub.dialogues[$0] }) else { return }
                    hub.dialogueChildEnded(end, server)
                }))
        if dialogues.count >= mostDialogues, let idle { end(idle) }
        id = child.id
        let server = DialogueServer(child, newConversation(), capabilities: capabilities, phase: phase)
        dialogues[child.id] = server
        return server
    }

    private func start(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID,
        _ introduction: ServerIntroduction, _ server: DialogueServer
    ) {
        server.fields = head.passed
        switch message.method {
        case MCPMethod.discover:
            server.phase = .idle(since: .now())
            return tell(introduction, message.id ?? .null, exchange)
        case MCPMethod.listen: return listen(message, head, exchange, introduction, server)
        default: break
        }
        let call = StatelessCall(message, head, exchange: exchange, limits: configuration.session, now: .now())
        server.phase = .running(call, Dialogue(state: Self.newSessionID()))
        server.conversation.join(.call(exchange))
        let translated = StatelessCall.translated(message, for: introduction)
        perform(server.conversation.receive(translated, from: .call(exchange), repeated: head.repeated), server)
    }

    /// Tells a client the news of a server that nobody else is told of.
    private func listen(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID,
        _ introduction: ServerIntroduction, _ server: DialogueServer
    ) {
        server.phase = .idle(since: .now())
        waiting[exchange]?.connection.closeAfterStream()
        guard let stream = newsStream(message, head, exchange, introduction) else { return }
        server.phase = .news(stream)
        server.conversation.join(.call(exchange))
        perform(stream.open())
        for request in stream.subscriptions {
            perform(server.conversation.receive(request, from: .call(exchange)), server)
        }
        if isDraining { perform(stream.end()) }
    }

    /// A client comes back with what the server wants to know.
    private func resume(
        _ state: String, _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID
    ) {
        let found = dialogues.values.first { server in
            if case .asking(let dialogue, _, let method, _) = server.phase {
                dialogue.state == state && method == message.method
            } else {
                false
            }
        }
        guard let server = found, case .asking(var dialogue, let before, _, _) = server.phase else {
            waiting[exchange]?.meter?.outcome = .refused
            waiting[exchange]?.connection.respond(Dialogue.unknownState(id: message.id))
            return
        }
        if let problem = server.conversation.problem(with: message, repeated: head.repeated) {
            // The server goes on waiting for an answer that can be taken.
            var call = StatelessCall(message, head, exchange: exchange, limits: configuration.session, now: .now())
            waiting[exchange]?.meter?.outcome = .refused
            return perform(call.refuse(problem))
        }
        let responses = dialogue.answer(message)
        server.conversation.pass(.call(before), to: .call(exchange), id: message.id ?? .null)
        let call = StatelessCall(message, head, exchange: exchange, limits: configuration.session, now: .now())
        server.phase = .running(call, dialogue)
        server.fields = head.passed
        for response in responses { server.child.send(response.jsonOnOneLine, fields: server.fields) }
        if let outcome = dialogue.outcome { return deliver(outcome.renumbered(id: message.id ?? .null), server) }
        // What was left open is asked again.
        if !dialogue.questions.isEmpty { ask(server) }
    }

    private func perform(_ actions: [SharedConversation.Action], _ server: DialogueServer) {
        for action in actions {
            switch action {
            case .sendToChild(let bytes): server.child.send(bytes.jsonOnOneLine, fields: server.fields)
            case .send(let bytes, _, let repeated):
                server.child.send(bytes.jsonOnOneLine, fields: server.fields + repeated)
            case .deliver(let message, _): deliver(message, server)
            case .refuse(let error, _): refuse(error, server)
            case .opened(let introduction):
                backoff.answered()
                guard case .opening(let message, let head, let exchange) = server.phase else { continue }
                guard introduction.generation != .stateless else { return hand(message, head, exchange, server) }
                start(message, head, exchange, introduction, server)
            case .refused(let cause): server.child.giveUp(cause)
            case .report(let text): log(text)
            }
        }
    }

    /// A server that turns out to know stateless requests asks its clients by itself.
    private func hand(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID, _ server: DialogueServer
    ) {
        generations = .stateless
        end(server)
        begin(message, exchange) { hub throws(NotNow) in try hub.beginCall(message, head, exchange) }
    }

    /// Answers a request whose header is not what it has to be; the server has not heard of it.
    private func refuse(_ error: JSONRPCError, _ server: DialogueServer) {
        guard case .running(var call, let dialogue) = server.phase else { return }
        let actions = call.refuse(error)
        server.phase = .running(call, dialogue)
        waiting[call.exchange]?.meter?.outcome = .refused
        perform(actions)
    }

    /// The server refused a request in the words of HTTP, which the client gets.
    private func refused(_ request: JSONText, _ head: HTTPConversation.Head, _ server: DialogueServer) {
        let exchange: ExchangeID
        let id: JSONText?
        switch server.phase {
        case .opening(let message, _, let waiting): (exchange, id) = (waiting, message.id)
        case .running(let call, _):
            if let actions = server.conversation.refusedTools(request) { return perform(actions, server) }
            guard server.conversation.refused(request) != nil else { return }
            (exchange, id) = (call.exchange, call.id)
        case .news, .asking, .idle: return
        }
        end(server)
        waiting[exchange]?.meter?.outcome = .error
        waiting[exchange]?.connection.respond(Refused.passed(head).answer(to: id))
    }

    private func deliver(_ message: JSONRPCMessage, _ server: DialogueServer) {
        guard let introduction = server.conversation.introduction else { return }
        switch server.phase {
        case .running(var call, var dialogue):
            guard message.kind == .request else {
                let actions = call.receive(message, from: introduction, now: .now())
                server.phase = .running(call, dialogue)
                waiting[call.exchange]?.meter?.take(message)
                return perform(actions)
            }
            if let refusal = dialogue.ask(message, capabilities: server.capabilities) {
                return server.child.send(refusal.jsonOnOneLine, fields: server.fields)
            }
            server.phase = .running(call, dialogue)
            ask(server)
        case .asking(var dialogue, let exchange, let method, let since):
            if message.kind != .request {
                dialogue.take(message)
            } else if let refusal = dialogue.ask(message, capabilities: server.capabilities) {
                return server.child.send(refusal.jsonOnOneLine, fields: server.fields)
            }
            server.phase = .asking(dialogue, exchange, method: method, since: since)
        case .news(var stream):
            let actions = stream.receive(message, now: .now())
            server.phase = .news(stream)
            perform(actions)
        case .opening, .idle: break
        }
    }

    /// Answers the client with what the server wants to know, and waits for it to come back.
    private func ask(_ server: DialogueServer) {
        guard case .running(var call, let dialogue) = server.phase, let introduction = server.conversation.introduction,
            let answer = SharedConversation.response(call.id, result: dialogue.inputRequired)
        else { return }
        server.phase = .asking(dialogue, call.exchange, method: call.method, since: .now())
        waiting[call.exchange]?.meter?.take(answer)
        perform(call.receive(answer, from: introduction, now: .now()))
    }

    private func dialogueChildEnded(_ end: ChildEnd, _ server: DialogueServer) {
        dialogues[server.child.id] = nil
        server.child.end()
        logEnd(end, waiting: server.isBusy ? 1 : 0)
        let seconds = noteEnd(end, of: server.child, hasAnswered: server.conversation.introduction != nil)
        fail(end.cause, retryAfter: seconds, server)
    }

    /// Answers the request that waits for a server which will not answer it.
    private func fail(_ cause: String, retryAfter seconds: Int64, _ server: DialogueServer) {
        switch server.phase {
        case .opening(let message, let head, let exchange):
            var call = StatelessCall(message, head, exchange: exchange, limits: configuration.session, now: .now())
            waiting[exchange]?.meter?.outcome = .error
            perform(call.fail(cause, retryAfter: seconds))
        case .running(var call, _):
            waiting[call.exchange]?.meter?.outcome = .error
            perform(call.fail(cause, retryAfter: seconds))
        // The client notices that it broke, and asks again.
        case .news(let stream): perform([.endEvents(stream.exchange)])
        case .asking, .idle: break
        }
    }

    /// The answer of a request is complete, or its connection is gone.
    func dialogueFinished(_ exchange: ExchangeID) {
        for server in dialogues.values {
            switch server.phase {
            case .running(let call, _) where call.exchange == exchange:
                perform(server.conversation.leave(.call(exchange)), server)
                // One that was cancelled may go on for a while, and what it asks then is for nobody else.
                guard call.isOver else { return end(server) }
                server.phase = .idle(since: .now())
            case .opening(_, _, let opening) where opening == exchange: end(server)
            case .news(let stream) where stream.exchange == exchange:
                perform(server.conversation.leave(.call(exchange)), server)
                end(server)
            default: break
            }
        }
    }

    /// Looks at the clock for all dialogues.
    func tickDialogues(now: NIODeadline) {
        for server in Array(dialogues.values) {
            perform(server.conversation.tick(now: now), server)
            switch server.phase {
            case .running(var call, let dialogue):
                let actions = call.tick(now: now)
                server.phase = .running(call, dialogue)
                if call.isOver { waiting[call.exchange]?.meter?.outcome = .error }
                perform(actions, of: server.child)
            case .news(var stream):
                let actions = stream.tick(now: now)
                server.phase = .news(stream)
                perform(actions)
            case .asking(_, _, _, let since) where now - since >= DialogueServer.patienceWithClients: end(server)
            case .idle(let since) where now - since >= DialogueServer.idle: end(server)
            case .opening(_, _, let exchange):
                guard let limit = configuration.session.request, let since = waiting[exchange]?.meter?.sentAt,
                    now - since >= limit
                else { continue }
                server.child.giveUp("the server does not introduce itself")
            case .asking, .idle: break
            }
        }
    }

    func endDialogues() {
        for server in Array(dialogues.values) {
            end(server)
            fail("the bridge was stopped", retryAfter: 1, server)
        }
    }

    private func end(_ server: DialogueServer) {
        dialogues[server.child.id] = nil
        server.child.end()
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// Stateless requests.
extension BridgeHub {
    /// A stateless request is whole.
    func handle(
        _ head: StatelessRequest.Head, _ body: ByteBuffer, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        switch StatelessRequest(body, of: head) {
        case .refuse(let answer): from.respond(answer)
        case .notification(let message): from.respond(passOn(message, head))
        case .request(let message): begin(message, head, exchange, from)
        }
    }

    /// Hands a notification to the server; one that does not run has missed nothing.
    private func passOn(_ message: JSONRPCMessage, _ head: StatelessRequest.Head) -> Answer {
        guard let server = shared, let introduction = server.conversation.introduction,
            !Self.ownNotifications.contains(message.method ?? "")
        else { return .empty(.accepted) }
        guard server.child.queuedBytes <= configuration.maximumQueuedForChild else {
            return .unavailable("The server does not read its input", retryAfter: 5, reason: .input)
        }
        let translated = StatelessCall.translated(message, for: introduction)
        server.child.send(translated.text.bytes.jsonOnOneLine, fields: head.passed)
        return .empty(.accepted)
    }

    /// What would be about the bridge's conversation with the server, or about nothing.
    private static let ownNotifications: Set<String> = [
        MCPMethod.cancelled, MCPMethod.initialized, MCPMethod.progress, "notifications/roots/list_changed",
    ]

    private func begin(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        metrics.statelessRequest()
        guard lifecycle.phase != .finishing else {
            let answer = Answer.unavailable(
                "The bridge is stopping", code: .internalError, retryAfter: 1, id: message.id, reason: .stopping)
            return refuse([message], answer, from)
        }
        waiting[exchange]?.meter = CallMeter(method: RequestMethod(message.method), sentAt: .now())
        begin(message, exchange) { hub throws(NotNow) in
            try hub.isDialogue(message)
                ? hub.beginDialogue(message, head, exchange) : hub.beginCall(message, head, exchange)
        }
    }

    /// Begins what a request needs, or refuses it when that cannot be had now.
    func begin(_ message: JSONRPCMessage, _ exchange: ExchangeID, _ start: (BridgeHub) throws(NotNow) -> Void) {
        do throws(NotNow) {
            try start(self)
        } catch {
            guard let connection = waiting[exchange]?.connection else { return }
            waiting[exchange]?.meter = nil
            refuse([message], error.answer(to: message.id), connection)
        }
    }

    /// Has the server that serves many answer a request.
    func beginCall(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID
    ) throws(NotNow) {
        let server = try sharedServer(fields: head.passed)
        guard server.child.queuedBytes <= configuration.maximumQueuedForChild,
            server.calls.count < configuration.session.maximumPending
        else { throw NotNow(cause: "Too many requests are waiting", seconds: 5, reason: .pending) }
        waiting[exchange]?.isCall = true
        guard let introduction = server.conversation.introduction else {
            server.calls[exchange] = .waiting(message, head)
            return
        }
        start(message, head, exchange, introduction, server)
    }

    func start(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID,
        _ introduction: ServerIntroduction, _ server: SharedServer
    ) {
        let now = NIODeadline.now()
        server.calls[exchange] = nil
        // A server that has its clients sign in may tell each of them something else.
        let isItsOwn = server.conversation.isPersonal(introduction)
        if message.method == MCPMethod.discover, let id = message.id, !isItsOwn {
            return tell(introduction, id, exchange)
        }
        if message.method == MCPMethod.listen { waiting[exchange]?.connection.closeAfterStream() }
        if message.method == MCPMethod.listen, introduction.generation != .stateless {
            return listen(message, head, exchange, introduction, server)
        }
        if Dialogue.state(of: message) != nil, introduction.generation != .stateless {
            // Such a server asks a client without a server of its own nothing, and so has given out no state.
            waiting[exchange]?.meter?.outcome = .refused
            waiting[exchange]?.connection.respond(Dialogue.unknownState(id: message.id))
            return
        }
        server.calls[exchange] = .running(
            StatelessCall(message, head, exchange: exchange, limits: configuration.session, now: now))
        server.conversation.join(.call(exchange))
        server.fields = head.passed
        let translated = StatelessCall.translated(message, for: introduction)
        perform(server.conversation.receive(translated, from: .call(exchange), repeated: head.repeated), server)
    }

    private func listen(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID,
        _ introduction: ServerIntroduction, _ server: SharedServer
    ) {
        guard let stream = newsStream(message, head, exchange, introduction) else { return }
        server.calls[exchange] = .news(stream)
        server.conversation.join(.call(exchange))
        perform(stream.open())
        for request in stream.subscriptions {
            perform(server.conversation.receive(request, from: .call(exchange)), server)
        }
        if isDraining { perform(stream.end()) }
    }

    /// The stream that a client wants news on, unless it is refused one.
    func newsStream(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID,
        _ introduction: ServerIntroduction
    ) -> NewsStream? {
        let stream = NewsStream(
            message, exchange: exchange, introduction: introduction, limits: configuration.session, now: .now())
        guard let stream, head.accepts.contains(.events) else {
            waiting[exchange]?.meter?.outcome = .refused
            let text = "subscriptions/listen needs params.notifications and a client that accepts text/event-stream"
            waiting[exchange]?.connection.respond(.refusal(.badRequest, .invalidParams, text, id: message.id))
            return nil
        }
        return stream
    }

    /// Says what the server can do.
    func tell(_ introduction: ServerIntroduction, _ id: JSONText, _ exchange: ExchangeID) {
        let answer = SharedConversation.response(id, result: introduction.discoverResult)
        waiting[exchange]?.meter?.outcome = .ok
        waiting[exchange]?.connection.respond(answer.map { .json(.ok, $0.text.bytes) } ?? .empty(.internalServerError))
    }

    func deliver(_ message: JSONRPCMessage, to exchange: ExchangeID, _ server: SharedServer) {
        guard let introduction = server.conversation.introduction else { return }
        switch server.calls[exchange] {
        case .running(var core):
            var actions = core.receive(message, from: introduction, now: .now())
            if isDraining { actions += core.endStream() }
            server.calls[exchange] = .running(core)
            waiting[exchange]?.meter?.take(message)
            perform(actions)
        case .news(var stream):
            let actions = stream.receive(message, now: .now())
            server.calls[exchange] = .news(stream)
            perform(actions)
        case .health: isHealthy(exchange)
        case .waiting, nil: break
        }
    }

    /// Answers a request whose header is not what it has to be.
    func refuse(_ error: JSONRPCError, to party: SharedConversation.Party, _ server: SharedServer) {
        guard case .call(let exchange) = party, case .running(var core)? = server.calls[exchange] else { return }
        let actions = core.refuse(error)
        server.calls[exchange] = .running(core)
        waiting[exchange]?.meter?.outcome = .refused
        perform(actions)
    }

    /// The answer of a stateless request is complete, or its connection is gone, which cancels it.
    func callFinished(_ exchange: ExchangeID) {
        guard let server = shared, server.calls.removeValue(forKey: exchange) != nil else {
            return dialogueFinished(exchange)
        }
        perform(server.conversation.leave(.call(exchange)), server)
    }

    /// Looks at the clock for all stateless requests.
    func tickCalls(now: NIODeadline) {
        guard let server = shared else { return }
        perform(server.conversation.tick(now: now), server)
        for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
            switch call {
            case .running(var core):
                let actions = core.tick(now: now)
                server.calls[exchange] = .running(core)
                if core.isOver, core.method != MCPMethod.listen { waiting[exchange]?.meter?.outcome = .error }
                perform(actions, of: server.child)
            case .news(var stream):
                let actions = stream.tick(now: now)
                server.calls[exchange] = .news(stream)
                perform(actions)
            case .waiting:
                guard let limit = configuration.session.request, let since = waiting[exchange]?.meter?.sentAt,
                    now - since >= limit
                else { continue }
                return server.child.giveUp("the server does not introduce itself")
            case .health: break
            }
        }
    }

    /// The bridge is about to stop and ends the streams that have no end of their own.
    func endNews() {
        for case .news(let stream) in dialogues.values.map(\.phase) { perform(stream.end()) }
        guard let server = shared else { return }
        for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
            switch call {
            case .news(let stream): perform(stream.end())
            case .running(var core):
                let actions = core.endStream()
                server.calls[exchange] = .running(core)
                perform(actions)
            case .waiting, .health: break
            }
        }
    }

    /// Answers all stateless requests of a server that will not.
    func failCalls(_ cause: String, retryAfter seconds: Int64, of server: SharedServer) {
        for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
            switch call {
            case .waiting(let message, let head):
                var core = StatelessCall(message, head, exchange: exchange, limits: configuration.session, now: .now())
                waiting[exchange]?.meter?.outcome = .error
                perform(core.fail(cause, retryAfter: seconds))
            case .running(var core):
                waiting[exchange]?.meter?.outcome = .error
                perform(core.fail(cause, retryAfter: seconds))
            // The client notices that it broke, and asks again.
            case .news: perform([.endEvents(exchange)])
            case .health: isUnhealthy(exchange, cause, retryAfter: seconds)
            }
        }
    }

    /// Does what a stateless request wants done with its exchange, and with the child that serves it.
    func perform(_ actions: [SessionAction], of child: (any ServerLink)? = nil) {
        for action in actions {
            switch action {
            case .answer(let exchange, let answer): waiting[exchange]?.connection.respond(answer)
            case .beginEvents(let exchange, let fields): waiting[exchange]?.connection.beginEvents(fields)
            case .sendEvent(let exchange, let bytes): waiting[exchange]?.connection.sendEvent(bytes)
            case .sendPing(let exchange): waiting[exchange]?.connection.sendPing()
            case .endEvents(let exchange): waiting[exchange]?.connection.endEvents()
            case .suspect: if let child { suspect(child) }
            case .forward, .sendToChild, .sendEndpoint, .replayEvent, .gaveUp, .opened, .end, .report: break
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// The child that serves many: sessions when they are shared, and stateless requests.
extension BridgeHub {
    /// Why a server cannot be had now.
    struct NotNow: Error {
        var cause: String
        var seconds: Int64
    }

    /// The shared server, started if need be.
    func sharedServer() throws(NotNow) -> SharedServer {
        if let shared { return shared }
        let now = NIODeadline.now()
        if let held = backoff.refusal(now: now) {
            throw NotNow(cause: "\(held.cause); the next start is in \(held.seconds) s", seconds: held.seconds)
        }
        do throws(SpawnedProcess.Failure) {
            let server = SharedServer(
                try startChild(
                    message: { hub, message in
                        guard let shared = hub.shared else { return }
                        let actions = shared.conversation.receive(fromChild: message)
                        hub.perform(actions, shared)
                    },
                    ended: { hub, end in hub.sharedChildEnded(end) }))
            shared = server
            // Not at once: a child that is gone already says so as soon as it is written to, and who asks for it here
            // has yet to join.
            eventLoop.assumeIsolated().execute {
                guard self.shared === server else { return }
                self.perform(server.conversation.begin(client: BridgeConfiguration.version), server)
            }
            return server
        } catch {
            backoff.failed(error.cause, startedAt: now, now: now)
            log(error.cause)
            throw NotNow(cause: error.cause, seconds: backoff.refusal(now: now)?.seconds ?? 1)
        }
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
        let now = NIODeadline.now()
        let waiting = server.conversation.pending.count + server.calls.count
        log("\(end.trouble); \(waiting) requests were waiting")
        let seconds = noteEnd(end, of: server.child, hasAnswered: server.conversation.introduction != nil)
        server.conversation.ended()
        let cause = end.cause
        for session in Array(sessions.values) where session.isShared {
            perform(session.core.childEnded(cause: cause, retryAfter: seconds), session)
        }
        for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
            switch call {
            case .waiting(let message, let head):
                var core = StatelessCall(message, head, exchange: exchange, limits: configuration.session, now: now)
                self.waiting[exchange]?.meter?.outcome = .error
                perform(core.fail(cause, retryAfter: seconds))
            case .running(var core):
                self.waiting[exchange]?.meter?.outcome = .error
                perform(core.fail(cause, retryAfter: seconds))
            // The client notices that it broke, and asks again.
            case .news: perform([.endEvents(exchange)])
            }
        }
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

/// Stateless requests.
extension BridgeHub {
    /// A stateless request is whole.
    func handle(
        _ head: StatelessRequest.Head, _ body: ByteBuffer, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        switch StatelessRequest(body, of: head) {
        case .refuse(let answer): from.respond(answer)
        case .notification: from.respond(.empty(.accepted))
        case .request(let message): begin(message, head, exchange, from)
        }
    }

    private func begin(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        metrics.statelessRequest()
        guard !isDraining else {
            let answer = Answer.unavailable(
                "The bridge is stopping", retryAfter: 1, id: message.id, reason: .stopping)
            return refuse([message], answer, from)
        }
        let meter = CallMeter(method: RequestMethod(message.method), sentAt: .now())
        do throws(NotNow) {
            if isDialogue(message) {
                waiting[exchange]?.meter = meter
                return try beginDialogue(message, head, exchange)
            }
            let server = try sharedServer()
            guard server.child.queuedBytes <= configuration.maximumQueuedForChild,
                server.calls.count < configuration.session.maximumPending
            else {
                let answer = Answer.unavailable(
                    "Too many requests are waiting", retryAfter: 5, id: message.id, reason: .pending)
                return refuse([message], answer, from)
            }
            waiting[exchange]?.isCall = true
            waiting[exchange]?.meter = meter
            guard let introduction = server.conversation.introduction else {
                server.calls[exchange] = .waiting(message, head)
                return
            }
            start(message, head, exchange, introduction, server)
        } catch {
            waiting[exchange]?.meter = nil
            let answer = Answer.unavailable(
                error.cause, code: .internalError, retryAfter: error.seconds, id: message.id)
            refuse([message], answer, from)
        }
    }

    private func start(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID,
        _ introduction: ServerIntroduction, _ server: SharedServer
    ) {
        let now = NIODeadline.now()
        server.calls[exchange] = nil
        if message.method == MCPMethod.discover, let id = message.id {
            let answer = SharedConversation.response(id, result: introduction.discoverResult)
            waiting[exchange]?.meter?.outcome = .ok
            waiting[exchange]?.connection.respond(
                answer.map { .json(.ok, $0.text.bytes) } ?? .empty(.internalServerError))
            return
        }
        if message.method == MCPMethod.listen, introduction.generation != .stateless {
            return listen(message, head, exchange, introduction, server)
        }
        server.calls[exchange] = .running(
            StatelessCall(message, head, exchange: exchange, limits: configuration.session, now: now))
        server.conversation.join(.call(exchange))
        let translated = StatelessCall.translated(message, for: introduction)
        perform(server.conversation.receive(translated, from: .call(exchange)), server)
    }

    private func listen(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, _ exchange: ExchangeID,
        _ introduction: ServerIntroduction, _ server: SharedServer
    ) {
        let stream = NewsStream(
            message, exchange: exchange, introduction: introduction, limits: configuration.session, now: .now())
        guard let stream, head.accepts.contains(.events) else {
            waiting[exchange]?.meter?.outcome = .refused
            let text = "subscriptions/listen needs params.notifications and a client that accepts text/event-stream"
            waiting[exchange]?.connection.respond(.refusal(.badRequest, .invalidParams, text, id: message.id))
            return
        }
        server.calls[exchange] = .news(stream)
        server.conversation.join(.call(exchange))
        perform(stream.open())
        for request in stream.subscriptions {
            perform(server.conversation.receive(request, from: .call(exchange)), server)
        }
    }

    private func deliver(_ message: JSONRPCMessage, to exchange: ExchangeID, _ server: SharedServer) {
        guard let introduction = server.conversation.introduction else { return }
        switch server.calls[exchange] {
        case .running(var core):
            let actions = core.receive(message, from: introduction, now: .now())
            server.calls[exchange] = .running(core)
            waiting[exchange]?.meter?.take(message)
            perform(actions)
        case .news(var stream):
            let actions = stream.receive(message, now: .now())
            server.calls[exchange] = .news(stream)
            perform(actions)
        case .waiting, nil: break
        }
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
        for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
            switch call {
            case .running(var core):
                let actions = core.tick(now: now)
                server.calls[exchange] = .running(core)
                if core.isOver { waiting[exchange]?.meter?.outcome = .error }
                perform(actions)
            case .news(var stream):
                let actions = stream.tick(now: now)
                server.calls[exchange] = .news(stream)
                perform(actions)
            case .waiting: break
            }
        }
    }

    /// The bridge is about to stop and ends the streams that have no end of their own.
    func endNews() {
        guard let server = shared else { return }
        for call in server.calls.values {
            if case .news(let stream) = call { perform(stream.end()) }
        }
    }

    /// Does what a stateless request wants done with its exchange.
    func perform(_ actions: [SessionAction]) {
        for action in actions {
            switch action {
            case .answer(let exchange, let answer): waiting[exchange]?.connection.respond(answer)
            case .beginEvents(let exchange, let fields): waiting[exchange]?.connection.beginEvents(fields)
            case .sendEvent(let exchange, let bytes): waiting[exchange]?.connection.sendEvent(bytes)
            case .sendPing(let exchange): waiting[exchange]?.connection.sendPing()
            case .endEvents(let exchange): waiting[exchange]?.connection.endEvents()
            case .suspect: if let child = shared?.child { suspect(child) }
            case .sendToChild, .sendEndpoint, .replayEvent, .gaveUp, .opened, .end, .report: break
            }
        }
    }
}

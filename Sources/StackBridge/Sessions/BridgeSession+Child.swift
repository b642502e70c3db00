// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

// MARK: Events from the child

extension BridgeSession {
    /// Takes one message of the child.
    mutating func receive(fromChild message: JSONRPCMessage, now: NIODeadline) -> [SessionAction] {
        switch message.kind {
        case .response, .errorResponse: return receiveOutcome(message, now: now)
        case .notification where message.method == MCPMethod.progress: return receiveProgress(message, now: now)
        case .notification, .request: return route(message, now: now)
        }
    }

    /// The child is gone: whoever waits gets an error, and the session is over.
    ///
    /// For a session that never opened, `retryAfter` is the seconds until another child may be started.
    mutating func childEnded(
        cause: String, retryAfter: Int64 = 1, ending: SessionEnding = .server
    ) -> [SessionAction] {
        guard phase != .ended else { return [] }
        self.ending = ending
        return finish(cause: cause, retryAfter: retryAfter) + [.end]
    }

    /// The server refused a request in the words of HTTP, which the client gets as far as that is still possible.
    mutating func refuse(_ number: Int, _ refused: Refused, now: NIODeadline) -> [SessionAction] {
        guard let request = pending.removeValue(forKey: number) else { return [] }
        settle(request, .error)
        let isOpening = phase == .starting && number == Self.openingNumber
        if isOpening { (phase, ending) = (.ended, .refused) }
        let end: [SessionAction] = isOpening ? [.end] : []
        guard let id = request.exchange, let exchange = exchanges[id], exchange.lastEvent == nil, !exchange.isBatch
        else {
            return deliver(refused.error.response(id: request.id), to: request.exchange, now: now) + end
        }
        exchanges[id] = nil
        idleSince = now
        return [.answer(id, refused.answer(to: request.id))] + end
    }

    /// The bridge is about to stop and ends the GET stream, which has no end of its own.
    mutating func endStream() -> [SessionAction] {
        defer { stream = nil }
        return stream.map { [.endEvents($0.exchange)] } ?? []
    }

    private mutating func receiveOutcome(_ message: JSONRPCMessage, now: NIODeadline) -> [SessionAction] {
        guard let number = message.id?.integerValue, let request = pending.removeValue(forKey: number) else {
            return [.report("dropped an answer to a request that nobody made")]
        }
        settle(request, message.kind == .response ? .ok : .error, after: now - request.sentAt)
        guard phase == .starting, number == Self.openingNumber else {
            return deliver(message.replacingID(with: request.id), to: request.exchange, now: now)
        }
        guard message.kind == .response else {
            (phase, ending) = (.ended, .refused)
            return deliver(message.replacingID(with: request.id), to: request.exchange, now: now) + [.end]
        }
        phase = .open
        version = message.text.range(at: "result", "protocolVersion")
            .flatMap { message.text.value(in: $0).stringValue }.flatMap(MCPProtocolVersion.init(rawValue:))
        // Without the answer nobody knows the name of the session.
        guard request.exchange != nil || isPair else {
            (phase, ending) = (.ended, .client)
            return [.opened, .end]
        }
        return [.opened] + deliver(message.replacingID(with: request.id), to: request.exchange, now: now)
    }

    private mutating func receiveProgress(_ message: JSONRPCMessage, now: NIODeadline) -> [SessionAction] {
        guard let number = message.progressToken?.integerValue, let request = pending[number],
            let token = request.progressToken
        else { return [] }
        pending[number]?.since = now
        if isPair { return sendOnStream(message.replacingProgressToken(with: token), now: now) }
        guard let exchange = request.exchange else { return [] }
        guard exchanges[exchange]?.accepts.contains(.events) == true else { return [] }
        return send(message.replacingProgressToken(with: token), on: exchange, now: now)
    }

    /// Finds the one stream for a message that belongs to no request.
    private mutating func route(_ message: JSONRPCMessage, now: NIODeadline) -> [SessionAction] {
        if let stream {
            self.stream?.lastEvent = now
            return [.sendEvent(stream.exchange, message.text.bytes)]
        }
        // An `initialize` that fails should be able to say so by its status, so it stays undecided for now.
        let newest = exchanges.filter { entry in
            entry.value.accepts.contains(.events) && !entry.value.isDetached
                && (!entry.value.opensSession || entry.value.lastEvent != nil)
        }.keys.max()
        if let newest { return send(message.text.bytes, on: newest, now: now) }
        // A server that asks whether somebody is there must not wait until its client happens to listen ("Ping").
        if message.kind == .request, message.method == MCPMethod.ping, let id = message.id {
            return SharedConversation.response(id, result: .emptyObject).map { [.sendToChild($0.text.bytes)] } ?? []
        }
        let isFirstLoss = !outbox.hasDropped
        let lost = outbox.keep(message)
        // Once is enough for the log, however much a chatty server loses.
        let report = SessionAction.report("the server's messages are dropped: the client has no stream open")
        return (isFirstLoss && !lost.isEmpty ? [report] : []) + lost.compactMap(answerToDropped)
    }

    /// The child would wait for ever for the answer to a request that was dropped.
    private func answerToDropped(_ message: JSONRPCMessage) -> SessionAction? {
        guard message.kind == .request else { return nil }
        let error = JSONRPCError(.internalError, "The client has no stream open")
        return .sendToChild(error.response(id: message.id))
    }
}

// MARK: Answers

extension BridgeSession {
    /// Sends an event on a POST's stream, which begins with it if need be.
    mutating func send(_ bytes: ByteBuffer, on exchange: ExchangeID, now: NIODeadline) -> [SessionAction] {
        begin(exchange, now: now) + [.sendEvent(exchange, bytes)]
    }

    /// Turns a POST's answer into an event stream, with the JSON answers that it has collected.
    mutating func begin(_ exchange: ExchangeID, now: NIODeadline) -> [SessionAction] {
        guard var state = exchanges[exchange] else { return [] }
        let begins = state.lastEvent == nil
        state.lastEvent = now
        let collected = state.answers
        state.answers = []
        exchanges[exchange] = state
        guard begins else { return [] }
        var actions = [SessionAction.beginEvents(exchange, fields: fields(of: state))]
        actions += collected.map { .sendEvent(exchange, $0) }
        if state.opensSession { actions += outbox.drain().map { .sendEvent(exchange, $0.text.bytes) } }
        return actions
    }

    /// Hands an answer, its id restored, to the exchange that waits for it.
    mutating func deliver(_ bytes: ByteBuffer, to id: ExchangeID?, now: NIODeadline) -> [SessionAction] {
        if isPair { return sendOnStream(bytes, now: now) }
        guard let id, var exchange = exchanges[id] else { return [] }
        exchange.waiting -= 1
        exchanges[id] = exchange
        var actions: [SessionAction] = []
        if exchange.lastEvent != nil || !exchange.accepts.contains(.json) {
            actions += send(bytes, on: id, now: now)
            if exchange.waiting == 0 { actions.append(.endEvents(id)) }
        } else {
            exchanges[id]?.answers.append(bytes)
            exchange.answers.append(bytes)
            if exchange.waiting == 0 {
                actions.append(.answer(id, .json(.ok, exchange.body, fields: fields(of: exchange))))
            }
        }
        if exchange.waiting == 0 {
            exchanges[id] = nil
            idleSince = now
        }
        return actions
    }

    /// Sends an event on the client's one stream.
    private mutating func sendOnStream(_ bytes: ByteBuffer, now: NIODeadline) -> [SessionAction] {
        guard let stream else { return [] }
        self.stream?.lastEvent = now
        return [.sendEvent(stream.exchange, bytes)]
    }

    /// Answers everything that waits with an error and ends all streams.
    mutating func finish(cause: String, retryAfter: Int64 = 1) -> [SessionAction] {
        let wasStarting = phase == .starting
        phase = .ended
        var actions: [SessionAction] = []
        for (_, request) in pending.sorted(by: { $0.key < $1.key }) {
            settle(request, .error)
            if isPair {
                let error = JSONRPCError(.internalError, cause).response(id: request.id)
                actions += sendOnStream(error, now: request.since)
                continue
            }
            guard let id = request.exchange, let exchange = exchanges[id] else { continue }
            if wasStarting, exchange.lastEvent == nil {
                exchanges[id] = nil
                let answer = Answer.unavailable(cause, code: .internalError, retryAfter: retryAfter, id: request.id)
                actions.append(.answer(id, answer))
                continue
            }
            let error = JSONRPCError(.internalError, cause).response(id: request.id)
            actions += deliver(error, to: id, now: exchange.since)
        }
        pending = [:]
        if let stream { actions.append(.endEvents(stream.exchange)) }
        stream = nil
        return actions
    }

    /// Notes how a request came out.
    mutating func settle(_ request: Pending, _ outcome: SettledRequest.Outcome, after duration: TimeAmount? = nil) {
        let outcome = request.cancelled == nil ? outcome : .cancelled
        settled.append(SettledRequest(method: request.method, outcome: outcome, duration: duration))
    }

    private func fields(of exchange: Exchange) -> [Answer.Field] {
        exchange.opensSession && phase != .ended ? [Answer.Field(MCPHeader.sessionID, id)] : []
    }
}

extension BridgeSession.Exchange {
    /// The collected answers as one body: a batch is answered by an array.
    fileprivate var body: ByteBuffer {
        guard isBatch else { return answers.first ?? ByteBuffer() }
        var buffer = ByteBuffer(string: "[")
        for (index, answer) in answers.enumerated() {
            if index > 0 { buffer.writeString(",") }
            buffer.writeImmutableBuffer(answer)
        }
        buffer.writeString("]")
        return buffer
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

// MARK: Answers of the server

extension HTTPConversation {
    /// The head of an answer is there.
    public mutating func answered(_ number: Int, _ head: Head) -> [Action] {
        guard exchanges[number] != nil else { return [] }
        exchanges[number]?.head = head
        if head.status / 100 == 2, let exchange = exchanges[number] { credentials = exchange.credentials }
        if case .request(_, MCPMethod.initialize)? = exchanges[number]?.purpose, head.status / 100 == 2, !isPair {
            session = head.session
        }
        return []
    }

    /// An event of a stream is there.
    public mutating func received(_ number: Int, _ event: ServerSentEvent) -> [Action] {
        guard let exchange = exchanges[number] else { return [] }
        if event.event == "endpoint", isPair, case .stream = exchange.purpose { return begin(at: event.data) }
        guard event.event == "message", event.data.readableBytes > 0 else { return [] }
        return deliver(event.data, on: number)
    }

    /// What a stream has said of how it goes on when it breaks (2025-11-25, "Sending Messages to the Server", 6).
    public mutating func noted(_ number: Int, lastEvent: String?, retry: Int64?) {
        if let lastEvent, !isPair { exchanges[number]?.lastEvent = lastEvent }
        // Who says a day is asked again sooner: nobody waits for an answer even for an hour.
        if let retry { self.retry = min(retry, 3_600_000) }
    }

    /// The whole of a body that is no stream is there.
    public mutating func received(_ number: Int, body: ByteBuffer) -> [Action] {
        guard let exchange = exchanges[number], let head = exchange.head else { return [] }
        guard head.status / 100 == 2 else { return failed(number, exchange, head, body) }
        guard body.readableBytes > 0, case .request = exchange.purpose, !isPair else { return [] }
        guard head.mediaType == "application/json" else {
            return fail(number, "the server answered with \(head.mediaType ?? "a body of no type")")
        }
        return deliver(body, on: number)
    }

    /// A request is over; `failure` is a phrase that says why, when it broke.
    public mutating func finished(_ number: Int, failure: String? = nil) -> [Action] {
        guard let exchange = exchanges.removeValue(forKey: number) else { return [] }
        switch exchange.purpose {
        case .stream: return streamFinished(exchange, failure)
        case .end: return []
        case .message:
            guard phase == .accepting else { return [] }
            return accepted()
        case .request(let id, let method):
            // With a pair of endpoints the answer comes on the stream.
            guard !exchange.isAnswered, !isPair || failure != nil else { return [] }
            if let resumed = resume(exchange, method) { return resumed }
            let cause = failure ?? "the server closed the connection without an answer"
            return answer(id, method, cause)
        }
    }

    /// The session is open: the stream is asked for, and what waited goes on.
    private mutating func accepted() -> [Action] {
        phase = .open
        let isOpen = exchanges.values.contains { if case .stream = $0.purpose { true } else { false } }
        return (isOpen ? [] : [ask(for: .stream)]) + flush()
    }

    /// Sends what waited; what has to wait again does.
    private mutating func flush() -> [Action] {
        let queue = waiting
        waiting = []
        return queue.flatMap { send($0.0, fields: $0.1) }
    }

    /// Asks for the rest of an answer whose stream ended early (2025-11-25, "Resumability and Redelivery").
    private mutating func resume(_ exchange: Exchange, _ method: String) -> [Action]? {
        let failures = exchange.head?.isStream == true ? 0 : exchange.failures + 1
        guard session != nil, phase != .ended, let lastEvent = exchange.lastEvent, failures < 3,
            case .request(let id, _) = exchange.purpose
        else { return nil }
        return [ask(for: .request(id: id, method: method), after: lastEvent, failures: failures)]
    }

    private mutating func streamFinished(_ exchange: Exchange, _ failure: String?) -> [Action] {
        guard phase != .ended else { return [] }
        if isPair { return end(failure ?? "the server closed its stream") }
        // Servers that say nothing unasked answer 405 (2025-03-26, "Listening for Messages from the Server").
        if let head = exchange.head, !head.isStream { return [] }
        let failures = exchange.head == nil ? exchange.failures + 1 : 0
        guard failures < 3 else { return [.report("the server's stream for its own messages cannot be had")] }
        return [ask(for: .stream, after: exchange.lastEvent, failures: failures)]
    }

    /// The server with a pair of endpoints says where messages are posted (2024-11-05, "HTTP with SSE").
    private mutating func begin(at data: ByteBuffer) -> [Action] {
        guard let target = Self.path(of: String(buffer: data), relativeTo: path) else {
            return end("the server names an endpoint that is not its own")
        }
        guard postPath == nil, let opening else { return [] }
        postPath = target
        return post(opening.message, stateless: false, opening.fields)
    }

    /// The path, with its query, that a reference leads to; nil when it leads to another server.
    static func path(of reference: String, relativeTo base: String) -> String? {
        var text = reference[...]
        if let scheme = text.firstRange(of: "://") {
            // Which name the server has for itself does not matter: it is asked where it was found.
            text = text[scheme.upperBound...]
            guard let slash = text.firstIndex(of: "/") else { return nil }
            text = text[slash...]
        }
        guard !text.isEmpty, !text.hasPrefix("//"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        if text.hasPrefix("/") { return String(text) }
        let folder = base.prefix { $0 != "?" }.lastIndex(of: "/").map { base[...$0] } ?? "/"
        return String(folder) + text
    }
}

extension HTTPConversation {
    private mutating func deliver(_ body: ByteBuffer, on number: Int) -> [Action] {
        guard let messages = JSONRPCMessage.messages(in: body) else {
            return [.report("not a message from the server: \(String(buffer: body).prefix(200))")]
        }
        return messages.flatMap { deliver($0, on: number) }
    }

    private mutating func deliver(_ message: JSONRPCMessage, on number: Int) -> [Action] {
        guard message.method == nil else { return [.deliver(message)] }
        guard case .request(let id, let method)? = exchanges[number]?.purpose else {
            let isHello = opening.map { message.id == $0.message.id } ?? false
            return isHello ? outcome(message, MCPMethod.initialize) : [.deliver(message)]
        }
        let isOwn = message.id == id || message.id?.integerValue.map { $0 == id.integerValue } ?? false
        // An error for nobody is for who asked; a result for somebody else is not.
        let isForNobody = message.kind == .errorResponse && message.id.map { $0 == .null } ?? true
        guard isOwn || isForNobody else { return [.deliver(message)] }
        exchanges[number]?.isAnswered = true
        return outcome(Self.renamed(message, id), method)
    }

    /// A server that could not tell which request an error is for says `null`; the connection tells.
    private static func renamed(_ message: JSONRPCMessage, _ id: JSONText) -> JSONRPCMessage {
        guard message.id != id else { return message }
        let text = message.text.editing(append: [("id", id)])
        return (try? JSONRPCMessage(text)) ?? message
    }

    private mutating func outcome(_ message: JSONRPCMessage, _ method: String) -> [Action] {
        guard method == MCPMethod.initialize else { return [.deliver(message)] }
        opening = nil
        guard message.kind == .response else {
            phase = .fresh
            session = nil
            return [.deliver(message)] + flush()
        }
        version = message.text.range(at: "result", "protocolVersion")
            .flatMap { message.text.value(in: $0).stringValue }
        phase = .open
        return [.deliver(message)] + flush()
    }

    /// An answer with a status that says no.
    private mutating func failed(
        _ number: Int, _ exchange: Exchange, _ head: Head, _ body: ByteBuffer
    ) -> [Action] {
        guard case .request(let id, let method) = exchange.purpose else {
            if case .message = exchange.purpose, isForgotten(exchange, head) { return forgotten() }
            if case .stream = exchange.purpose, isPair, let id = opening?.message.id, head.isRefusal {
                return [.refuse(id: id, head)]
            }
            return []
        }
        let error = (try? JSONRPCMessage(parsing: body)).flatMap { $0.kind == .errorResponse ? $0 : nil }
        if method == MCPMethod.initialize, transport == .detect, !isPair, [400, 404, 405].contains(head.status),
            !(error?.errorCode.map(JSONRPCError.Code.isOfStatelessServers) ?? false)
        {
            return beginPair(number)
        }
        // A session that is not this client's is none for it, and goes on for its own.
        let isForeign = head.status == 404 && session != nil && exchange.credentials != credentials
        if isForeign || head.isRefusal && (head.challenge != nil || error == nil) {
            exchanges[number]?.isAnswered = true
            return [.refuse(id: id, head)]
        }
        if let error {
            exchanges[number]?.isAnswered = true
            // A stateless server answers 404 too, to a method that it does not know.
            guard isForgotten(exchange, head), error.id != id else { return outcome(Self.renamed(error, id), method) }
            return forgotten()
        }
        if isForgotten(exchange, head) { return forgotten() }
        return fail(number, "the server answered with HTTP status \(head.status)")
    }

    /// Tries the pair of endpoints (2025-11-25, "Backwards Compatibility").
    private mutating func beginPair(_ number: Int) -> [Action] {
        exchanges[number] = nil
        isPair = true
        return [ask(for: .stream)]
    }

    private func isForgotten(_ exchange: Exchange, _ head: Head) -> Bool {
        head.status == 404 && session != nil && exchange.credentials == credentials
    }

    private mutating func forgotten() -> [Action] { end("the server has forgotten the session") }

    private mutating func end(_ cause: String) -> [Action] {
        guard phase != .ended else { return [] }
        session = nil
        return close() + [.end(cause)]
    }

    private mutating func fail(_ number: Int, _ cause: String) -> [Action] {
        guard case .request(let id, let method)? = exchanges[number]?.purpose else { return [] }
        exchanges[number]?.isAnswered = true
        return answer(id, method, cause)
    }

    /// Answers a request in the server's place.
    private mutating func answer(_ id: JSONText, _ method: String, _ cause: String) -> [Action] {
        guard let message = try? JSONRPCMessage(parsing: JSONRPCError(.internalError, cause).response(id: id)) else {
            return []
        }
        return outcome(message, method)
    }
}

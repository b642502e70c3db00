// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// A link to a server that speaks HTTP itself: one conversation with it.
///
/// Confined to the event loop.
final class OriginLink: ServerLink {
    let id: LinkID
    let startedAt: NIODeadline
    var suspectSince: NIODeadline?
    /// When the server last said something.
    private(set) var heardAt: NIODeadline?
    private let connections: OriginConnections
    private let eventLoop: any EventLoop
    private var conversation: HTTPConversation
    private var events: LinkEvents?
    private var reaped: (() -> Void)?
    /// The requests that are being made; without a connection as long as there is none.
    private var running: [Int: OriginConnection?] = [:]
    /// The bytes of requests that have no connection yet.
    private var unsentBytes = 0

    /// How long the end of a session may take.
    private static let patience = TimeAmount.seconds(1)
    private static let graceForEnd = TimeAmount.milliseconds(100)

    init(
        _ id: LinkID, _ connections: OriginConnections, transport: HTTPTransport, startedAt: NIODeadline,
        on eventLoop: any EventLoop, events: LinkEvents
    ) {
        self.id = id
        self.connections = connections
        self.startedAt = startedAt
        self.eventLoop = eventLoop
        self.events = events
        reaped = events.reaped
        conversation = HTTPConversation(path: connections.address.path, transport: transport)
    }

    var isInUse: Bool { events != nil }

    var queuedBytes: Int { unsentBytes + conversation.waitingBytes }

    var isPaused = false {
        didSet {
            guard isPaused != oldValue else { return }
            for case let connection? in running.values { connection.isPaused = isPaused }
        }
    }

    func send(_ message: ByteBuffer, fields: [HTTPField]) {
        guard events != nil, let message = try? JSONRPCMessage(parsing: message) else { return }
        perform(conversation.send(message, fields: fields))
    }

    func end() {
        events = nil
        isPaused = false
        perform(conversation.close())
        guard !finishIfDone() else { return }
        eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { self.abandon() }
    }

    func giveUp(_ cause: String) {
        giveUp(ChildEnd(cause: cause, ending: .broken, lastWords: nil))
    }

    /// Ends the link, as the server has ended.
    func giveUp(_ end: ChildEnd) {
        guard let events else { return }
        self.events = nil
        events.ended(end)
        self.end()
    }

    func poll() {}

    /// Asks the server whether it lets in who signs in with these fields; tells how it refuses, or nil.
    func ask(_ question: ByteBuffer, fields: [HTTPField], _ done: @escaping (Answer?) -> Void) {
        guard let message = try? JSONRPCMessage(parsing: question) else { return }
        connections.ask(conversation.request(carrying: message, fields: fields)) { head, _ in
            switch head {
            case nil: done(.unavailable("The server does not answer", retryAfter: 1))
            case let head? where head.status / 100 == 2: done(nil)
            case let head? where head.isRefusal: done(Refused.passed(head).answer(to: nil))
            // It is no session of this client's.
            case _?: done(RequestGate.unknownSession())
            }
        }
    }

    private func perform(_ actions: [HTTPConversation.Action]) {
        for action in actions {
            switch action {
            case .send(let request): start(request)
            case .cancel(let number): stop(number)
            case .deliver(let message):
                (suspectSince, heardAt) = (nil, .now())
                events?.message(message)
            case .refuse(let id, let head):
                (suspectSince, heardAt) = (nil, .now())
                events?.refused(id, head)
            case .end(let cause): giveUp(cause)
            case .report(let text): events?.noise(LogLine.cleaned(text.utf8))
            }
        }
    }

    private func start(_ request: HTTPConversation.Request) {
        running[request.number] = .some(nil)
        unsentBytes += request.body?.readableBytes ?? 0
        guard request.delay > 0 else { return connect(request) }
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(request.delay)) { self.connect(request) }
    }

    private func connect(_ request: HTTPConversation.Request) {
        guard running[request.number] != nil else {
            unsentBytes -= request.body?.readableBytes ?? 0
            return
        }
        connections.take { [self] outcome in
            unsentBytes -= request.body?.readableBytes ?? 0
            switch outcome {
            case .success(let connection):
                guard running[request.number] != nil else { return connection.close() }
                running[request.number] = connection
                connection.isPaused = isPaused
                connection.perform(request, host: connections.address.authority) { [self] event in
                    take(event, of: request.number)
                }
            case .failure(let problem) where problem.isBusy: finished(request.number, problem.cause)
            case .failure(let problem):
                running[request.number] = nil
                giveUp(problem.cause)
            }
        }
    }

    private func take(_ event: OriginConnection.Event, of number: Int) {
        guard running[number] != nil else { return }
        switch event {
        case .head(let head): perform(conversation.answered(number, head))
        case .event(let event):
            perform(conversation.received(number, event))
            if conversation.isAnswered(number) { expectEnd(of: number) }
        case .position(let lastEvent, let retry): conversation.noted(number, lastEvent: lastEvent, retry: retry)
        case .body(let body): perform(conversation.received(number, body: body))
        case .finished(let failure):
            guard failure != nil, connections.isManaged() else { return finished(number, failure) }
            // A process that ends breaks its connections first, and how it ended says more.
            eventLoop.assumeIsolated().scheduleTask(in: Self.graceForEnd) { self.finished(number, failure) }
        }
    }

    /// A stream should end with its answer; one that does not is left.
    private func expectEnd(of number: Int) {
        eventLoop.assumeIsolated().scheduleTask(in: Self.patience) {
            guard self.conversation.isAnswered(number) else { return }
            self.stop(number)
            self.perform(self.conversation.finished(number))
            self.finishIfDone()
        }
    }

    private func finished(_ number: Int, _ failure: String?) {
        guard running.removeValue(forKey: number) != nil else { return }
        perform(conversation.finished(number, failure: failure))
        finishIfDone()
    }

    private func stop(_ number: Int) {
        guard let entry = running.removeValue(forKey: number) else { return }
        entry?.close()
    }

    private func abandon() {
        for number in running.keys { stop(number) }
        finishIfDone()
    }

    @discardableResult private func finishIfDone() -> Bool {
        guard events == nil, running.isEmpty else { return false }
        // Not at once: who ends a link is still at it.
        let reaped = reaped
        self.reaped = nil
        eventLoop.assumeIsolated().execute { reaped?() }
        return true
    }
}

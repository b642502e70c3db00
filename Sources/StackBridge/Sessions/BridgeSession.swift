// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// One MCP session: a client that speaks Streamable HTTP (2025-03-26 to 2025-11-25) or HTTP+SSE (2024-11-05), and a
/// child that is its own as far as it can tell.
///
/// Requests of the client are renumbered, since clients do send equal ids at the same time and their answers must
/// never meet; ids and progress tokens come back exactly as they were spelled. Every method takes an event and
/// returns what is to be done, in order.
struct BridgeSession {
    /// The bounds and times of a session.
    struct Limits: Sendable {
        /// Requests that the child may owe an answer at once.
        var maximumPending = 1024
        /// A POST that waits longer becomes an event stream, so that pings can keep it open.
        var silence = TimeAmount.seconds(5)
        /// A stream that is silent for longer gets a comment: proxies cut silent streams (Cloudflare after 120 s).
        var ping = TimeAmount.seconds(15)
        /// How long a cancelled request waits for the answer that it need not get.
        var cancellation = TimeAmount.seconds(5)
        /// A session without any open request or stream ends after this.
        var idle = TimeAmount.minutes(30)
        /// A session ends when it is so old, whatever it does, and so does a stateless request; nil never.
        var age: TimeAmount? = .hours(24)
        /// How long a request waits for its answer or for news of its progress; nil for ever.
        var request: TimeAmount? = .minutes(10)
        /// Such a session may be ended after this already, when another one needs its place.
        var spare = TimeAmount.seconds(5)
    }

    enum Phase: Equatable {
        /// The child has not answered `initialize` yet.
        case starting
        case open
        case ended
    }

    /// A POST with requests that wait for their answers.
    struct Exchange {
        var accepts: AcceptedAnswers
        var isBatch: Bool
        var opensSession: Bool
        var since: NIODeadline
        var waiting: Int
        /// When the last event went out; nil while the answer may still be plain JSON.
        var lastEvent: NIODeadline?
        var answers: [ByteBuffer] = []
        /// Whether its connection broke, and its events are only kept.
        var isDetached = false
    }

    /// A request that the child has not answered.
    struct Pending {
        var id: JSONText
        var progressToken: JSONText?
        /// Nil once the client has gone.
        var exchange: ExchangeID?
        var cancelled: NIODeadline?
        /// When it was sent, or last heard of.
        var since: NIODeadline
        var method: RequestMethod
        let sentAt: NIODeadline
    }

    /// The client's open GET stream.
    struct Stream {
        var exchange: ExchangeID
        var lastEvent: NIODeadline
    }

    /// The number that the request opening the session gets.
    static let openingNumber = 1

    let id: String
    /// Whether the client speaks HTTP+SSE (2024-11-05): all that it gets comes on the stream it began with.
    let isPair: Bool
    let limits: Limits
    var phase = Phase.starting
    var version: MCPProtocolVersion?
    var exchanges: [ExchangeID: Exchange] = [:]
    var pending: [Int: Pending] = [:]
    var stream: Stream?
    var outbox = Outbox()
    var log = EventLog()
    /// The streams that were opened by GET, by number.
    var standalone: Set<UInt64> = []
    /// The exchanges that go on with the streams of others.
    var resumed: [ExchangeID: ExchangeID] = [:]
    var idleSince: NIODeadline
    let startedAt: NIODeadline
    /// Why it ended, once it has.
    var ending = SessionEnding.server
    /// The requests that came out since somebody took them from here.
    var settled: [SettledRequest] = []
    private var lastID = openingNumber - 1

    init(id: String, isPair: Bool = false, limits: Limits, now: NIODeadline) {
        self.id = id
        self.isPair = isPair
        self.limits = limits
        self.idleSince = now
        self.startedAt = now
    }

    /// The requests that wait for the child.
    var pendingCount: Int { pending.count }

    /// Whether the client has nothing open.
    var isIdle: Bool { exchanges.values.allSatisfy(\.isDetached) && stream == nil }

    mutating func nextID() -> Int {
        lastID += 1
        return lastID
    }
}

// MARK: Events from the client

extension BridgeSession {
    /// Takes the messages of a POST.
    mutating func receive(
        _ messages: [JSONRPCMessage], isBatch: Bool, exchange: ExchangeID, post: RequestGate.Post, now: NIODeadline
    ) -> [SessionAction] {
        let requests = messages.count { $0.kind == .request }
        if isBatch, let version = post.version ?? version, !version.allowsBatches {
            return [.answer(exchange, .refusal(.badRequest, .invalidRequest, "\(version.rawValue) has no batches"))]
        }
        if lastID >= Self.openingNumber, let again = messages.first(where: { $0.method == MCPMethod.initialize }) {
            let text = "This session is already initialised"
            return [.answer(exchange, .refusal(.badRequest, .invalidRequest, text, id: again.id))]
        }
        if let early = prematureRequest(in: messages) {
            let text = "The first request is initialize"
            return [.answer(exchange, .refusal(.badRequest, .invalidRequest, text, id: early.id))]
        }
        guard pending.count + requests <= limits.maximumPending else {
            return [
                .answer(
                    exchange,
                    .unavailable("Too many requests are waiting in this session", retryAfter: 1, reason: .pending))
            ]
        }
        idleSince = now
        if isPair {
            let actions = messages.compactMap { forward($0, exchange: nil, now: now) }
            return actions + [.answer(exchange, .empty(.accepted))]
        }
        if requests > 0 {
            exchanges[exchange] = Exchange(
                accepts: post.accepts, isBatch: isBatch, opensSession: lastID < Self.openingNumber, since: now,
                waiting: requests)
        }
        var actions = messages.compactMap { forward($0, exchange: exchange, now: now) }
        if requests == 0 { actions.append(.answer(exchange, .empty(.accepted))) }
        return actions
    }

    /// A request that comes before the handshake, which only a client of HTTP+SSE can send; it may ask at any time
    /// whether somebody is there (2024-11-05, "Lifecycle", "Initialization").
    private func prematureRequest(in messages: [JSONRPCMessage]) -> JSONRPCMessage? {
        guard isPair, lastID < Self.openingNumber else { return nil }
        return messages.first {
            $0.kind == .request && $0.method != MCPMethod.initialize && $0.method != MCPMethod.ping
        }
    }

    private mutating func forward(
        _ message: JSONRPCMessage, exchange: ExchangeID?, now: NIODeadline
    ) -> SessionAction? {
        guard message.kind == .request, let id = message.id else {
            return forwardUnasked(message, now: now)
        }
        if isPair, lastID < Self.openingNumber, message.method == MCPMethod.ping, let stream,
            let pong = SharedConversation.response(id, result: .emptyObject)
        {
            return .sendEvent(stream.exchange, pong.text.bytes)
        }
        let number = nextID()
        let token = message.progressToken
        pending[number] = Pending(
            id: id, progressToken: token, exchange: exchange, since: now, method: RequestMethod(message.method),
            sentAt: now)
        let own = JSONText(number)
        return .forward(message.renumbered(id: own, progressToken: token.map { _ in own }))
    }

    private mutating func forwardUnasked(_ message: JSONRPCMessage, now: NIODeadline) -> SessionAction? {
        guard message.method == MCPMethod.cancelled, let id = message.cancelledRequestID else {
            return .forward(message)
        }
        // A cancellation that could mean either of two requests must not hit the wrong one; it is only advice. The
        // handshake must not be cancelled (2025-11-25, "Cancellation", "Behavior Requirements").
        let candidates = pending.filter {
            $0.value.id == id && $0.value.cancelled == nil && $0.key != Self.openingNumber
        }
        guard candidates.count == 1, let number = candidates.keys.first else { return nil }
        pending[number]?.cancelled = now
        let own = try? JSONRPCMessage(parsing: message.replacingCancelledRequestID(with: JSONText(number)))
        return own.map { .forward($0) }
    }

    /// Opens the GET stream; one that was open already is replaced, as reconnecting clients need it.
    mutating func openStream(_ exchange: ExchangeID, now: NIODeadline) -> [SessionAction] {
        var actions: [SessionAction] = []
        if let stream { actions.append(.endEvents(stream.exchange)) }
        stream = Stream(exchange: exchange, lastEvent: now)
        standalone.insert(exchange.rawValue)
        idleSince = now
        actions.append(.beginEvents(exchange, fields: []))
        actions += outbox.drain().map { .sendEvent(exchange, $0.text.bytes) }
        return actions
    }

    /// Opens the stream of HTTP+SSE, which begins with where the client is to post (2024-11-05, "HTTP with SSE").
    mutating func openPair(_ exchange: ExchangeID, endpoint: String, now: NIODeadline) -> [SessionAction] {
        stream = Stream(exchange: exchange, lastEvent: now)
        idleSince = now
        return [.beginEvents(exchange, fields: []), .sendEndpoint(exchange, endpoint)]
    }

    /// The client ends the session.
    ///
    /// What it still waits for ends as a stream without an answer: PyPI's `mcp` (1.30, 2.3) fails on an answer that
    /// comes while it closes, and takes the end of a stream.
    mutating func delete(_ exchange: ExchangeID) -> [SessionAction] {
        ending = .client
        var actions: [SessionAction] = []
        for (id, state) in exchanges.sorted(by: { $0.key < $1.key }) where state.accepts.contains(.events) {
            actions += begin(id, now: state.since) + [.endEvents(id)]
            exchanges[id] = nil
        }
        return actions + finish(cause: "the session was ended by the client")
            + [.answer(exchange, .empty(.noContent)), .end]
    }

    /// The session ends so that another can have its place; nothing of it is open.
    mutating func giveWay() -> [SessionAction] {
        ending = .idle
        return finish(cause: "the session was not used, and others were waiting") + [.end]
    }

    /// The connection of an exchange is gone, or its answer is complete.
    ///
    /// Up to 2025-11-25 a lost connection is no cancellation: the child goes on, its answer goes nowhere.
    mutating func closed(_ exchange: ExchangeID, now: NIODeadline) {
        if stream?.exchange == exchange { stream = nil }
        if exchanges[exchange]?.lastEvent != nil, exchanges[exchange]?.opensSession == false {
            // The client knows the events by their ids and may come back for the rest.
            exchanges[exchange]?.isDetached = true
            idleSince = now
            return
        }
        log.forget(exchange)
        if exchanges.removeValue(forKey: exchange) != nil {
            for number in pending.keys where pending[number]?.exchange == exchange { pending[number]?.exchange = nil }
        }
        idleSince = now
    }
}

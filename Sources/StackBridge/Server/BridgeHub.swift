// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import NIOHTTP1
import SystemdKit

/// Everything that one bridge knows while it runs: sessions, children, connections.
///
/// Confined to the event loop.
final class BridgeHub {
    /// A session and the child behind it.
    final class LiveSession {
        var core: BridgeSession
        /// Its own child; nil when it shares one.
        let child: (any ServerLink)?
        /// The header fields of its last request that go along with what it says.
        var fields: [HTTPField] = []
        /// Those of its client as the server let it in, where it has its clients sign in.
        var admitted: [HTTPField]?
        /// The POST that opens it, until it is open.
        var opening: Opening?

        init(_ core: BridgeSession, _ child: (any ServerLink)?) {
            self.core = core
            self.child = child
        }

        var isShared: Bool { child == nil }
    }

    /// A POST with `initialize`.
    struct Opening {
        var message: JSONRPCMessage
        var post: RequestGate.Post
        var exchange: ExchangeID
    }

    /// Who waits for an answer.
    struct Waiting {
        let connection: HTTPConnectionHandler
        var session: String?
        /// Whether it is a stateless request.
        var isCall = false
        /// What a stateless request is, for the metrics.
        var meter: CallMeter?
    }

    let configuration: BridgeConfiguration
    let eventLoop: any EventLoop
    let gate: RequestGate
    let log: @Sendable (String) -> Void
    /// Takes what the server writes to standard error.
    let serverLog: @Sendable ([LogLine]) -> Void
    let notifier: ServiceNotifier
    /// Succeeds when nothing is left.
    let finishedPromise: EventLoopPromise<Void>

    var sessions: [String: LiveSession] = [:]
    var children: [LinkID: any ServerLink] = [:]
    /// The server that speaks HTTP itself, when there is one.
    var origin: OriginServer?
    /// The child that serves many, while it runs.
    var shared: SharedServer?
    /// The children that serve one stateless request at a time.
    var dialogues: [LinkID: DialogueServer] = [:]
    /// What the server has shown to know of the protocol.
    var generations = ServerGenerations.sessions
    var connections: [ObjectIdentifier: HTTPConnectionHandler] = [:]
    var waiting: [ExchangeID: Waiting] = [:]
    var listeners: [any Channel] = []
    var backoff: StartBackoff
    var lifecycle: BridgeLifecycle
    var lastStatus = ""
    var hasSaidGivenUp = false
    var metrics = BridgeMetrics()
    /// What metrics are told on, while the bridge serves.
    var metricsListener: (any Channel)?
    var metricsConnections: [ObjectIdentifier: any Channel] = [:]
    /// Refused connections that are still open.
    var refusals = 0
    let maximumConnections: Int
    private var sessionRate: TokenBucket?
    private var lastExchange: UInt64 = 0
    private var lastLink: UInt64 = 0
    var lastSign: UInt64 = 0

    init(
        _ configuration: BridgeConfiguration, on eventLoop: any EventLoop, notifier: ServiceNotifier,
        log: @escaping @Sendable (String) -> Void, serverLog: @escaping @Sendable ([LogLine]) -> Void
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.gate = RequestGate(
            hosts: configuration.hosts, paths: configuration.paths, passes: configuration.passedFields)
        self.notifier = notifier
        self.log = log
        self.serverLog = serverLog
        self.finishedPromise = eventLoop.makePromise()
        self.backoff = StartBackoff(first: configuration.startDelay)
        self.sessionRate = configuration.sessionInterval.map {
            TokenBucket(every: $0, burst: configuration.sessionBurst)
        }
        self.maximumConnections = ConnectionLimit.effective(
            wanted: configuration.maximumConnections,
            descriptors: ConnectionLimit.descriptors - (configuration.origin?.maximumConnections ?? 0),
            children: configuration.origin != nil || configuration.sharesSessions
                ? 8 : 2 * configuration.maximumSessions + DialogueServer.most + 1)
        self.lifecycle = BridgeLifecycle(
            idleTimeout: configuration.idleTimeout, drain: configuration.drain, keepAlive: configuration.keepAlive,
            now: .now())
        self.origin = configuration.origin.map { OriginServer($0, on: eventLoop) }
    }

    var isDraining: Bool { lifecycle.phase != .serving }

    /// Whether one child serves all sessions: a server without any keeps nothing of a client.
    var sharesSessions: Bool { configuration.sharesSessions || generations == .stateless }
}

// MARK: Events from connections

extension BridgeHub {
    /// A connection was accepted.
    func opened(_ connection: HTTPConnectionHandler) {
        active()
        connections[ObjectIdentifier(connection)] = connection
    }

    /// A connection is gone.
    func closed(_ connection: HTTPConnectionHandler) {
        active()
        connections[ObjectIdentifier(connection)] = nil
        if isDraining { advance(now: .now()) }
    }

    /// Something happened that keeps an idle bridge from leaving.
    func active() {
        lifecycle.active(now: .now())
    }

    func nextExchange(_ connection: HTTPConnectionHandler) -> ExchangeID {
        lastExchange += 1
        let exchange = ExchangeID(rawValue: lastExchange)
        waiting[exchange] = Waiting(connection: connection)
        return exchange
    }

    func nextLink() -> LinkID {
        lastLink += 1
        return LinkID(rawValue: lastLink)
    }

    /// The answer of an exchange is complete, or its connection is gone.
    func finished(_ exchange: ExchangeID) {
        guard let entry = waiting.removeValue(forKey: exchange) else { return }
        if let meter = entry.meter { metrics.settled(meter.settled(now: .now())) }
        if entry.isCall { return callFinished(exchange) }
        guard let session = entry.session.flatMap({ sessions[$0] }) else { return }
        session.core.closed(exchange, now: .now())
        // The stream of HTTP+SSE is its session.
        if session.core.isPair, session.core.stream == nil {
            return perform(session.core.childEnded(cause: "the client has gone", ending: .client), session)
        }
        updatePause(session)
    }

    /// The client of an exchange stopped or resumed reading.
    func writabilityChanged(_ exchange: ExchangeID) {
        guard let session = waiting[exchange]?.session.flatMap({ sessions[$0] }) else { return }
        updatePause(session)
    }

    private func updatePause(_ session: LiveSession) {
        // A shared child goes on for all the others; a client that does not read loses its connection in time.
        guard let child = session.child else { return }
        let open = Array(session.core.exchanges.keys) + [session.core.stream?.exchange].compactMap(\.self)
        child.isPaused = open.contains { waiting[$0]?.connection.isWritable == false }
    }
}

// MARK: Requests

extension BridgeHub {
    /// A request is whole.
    func handle(_ route: RequestGate.Route, _ body: ByteBuffer, _ exchange: ExchangeID, _ from: HTTPConnectionHandler) {
        switch route {
        case .refuse(let answer): from.respond(answer)
        case .health: checkHealth(exchange, from)
        case .metadata(let path): passMetadata(path, exchange, from)
        case .post(let post): handle(post, body, exchange, from)
        case .stateless(let head): handle(head, body, exchange, from)
        case .unsupported(let version):
            let message = try? JSONRPCMessage(parsing: body)
            refuse(message.map { [$0] } ?? [], RequestGate.unsupportedVersion(version, id: message?.id), from)
        case .pair(let prefix): openPair(prefix, exchange, from)
        case .pairPost(let id, let passed): handlePair(id, body, passed, exchange, from)
        case .stream(let id, let lastEvent, let passed):
            admit(passed, to: id, exchange) { hub in hub.openStream(id, lastEvent, exchange, from) }
        case .delete(let id, let passed):
            admit(passed, to: id, exchange) { hub in hub.withSession(id, exchange, from) { $0.delete(exchange) } }
        }
    }

    private func openStream(
        _ id: String, _ lastEvent: String?, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        withSession(id, exchange, from) { session in
            let actions =
                lastEvent.map { session.resume(after: $0, exchange, now: .now()) }
                ?? session.openStream(exchange, now: .now())
            // Its client comes back on a new connection, and thereby to the next bridge.
            return isDraining ? actions + session.endStream() : actions
        }
    }

    private func handle(
        _ post: RequestGate.Post, _ body: ByteBuffer, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        switch PostBody(body, of: post) {
        case .refuse(let answer): from.respond(answer)
        case .initialize(let message): open(message, post, exchange, from)
        case .messages(let messages, let isBatch):
            if origin != nil { sessions[post.session ?? ""]?.fields = post.passed }
            let id = messages.count == 1 ? messages.first?.id : nil
            withSession(post.session ?? "", exchange, from, requestID: id, messages) { session in
                session.receive(messages, isBatch: isBatch, exchange: exchange, post: post, now: .now())
            }
        }
    }

    func withSession(
        _ id: String, _ exchange: ExchangeID, _ from: HTTPConnectionHandler, requestID: JSONText? = nil,
        _ messages: [JSONRPCMessage] = [], _ event: (inout BridgeSession) -> [SessionAction]
    ) {
        guard let session = sessions[id] else {
            return refuse(messages, RequestGate.unknownSession(id: requestID), from)
        }
        let queued = session.child?.queuedBytes ?? shared?.child.queuedBytes ?? 0
        guard queued <= configuration.maximumQueuedForChild else {
            let answer = Answer.unavailable(
                "The server does not read its input", retryAfter: 5, id: requestID, reason: .input)
            return refuse(messages, answer, from)
        }
        waiting[exchange]?.session = id
        let actions = event(&session.core)
        if case .answer(_, let answer)? = actions.first, answer.reason != nil { countRefused(messages) }
        perform(actions, session)
        updatePause(session)
    }

    private func open(
        _ message: JSONRPCMessage, _ post: RequestGate.Post, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        if let refusal = refusalOfSessions(id: message.id) { return refuse([message], refusal, from) }
        let opening = Opening(message: message, post: post, exchange: exchange)
        do throws(NotNow) {
            try open(opening, isShared: sharesSessions)
        } catch {
            refuse([message], error.answer(to: message.id), from)
        }
    }

    /// Why no session can be opened now, even after one that is not used gave way; nil when one can.
    func refusalOfSessions(id: JSONText?) -> Answer? {
        guard !isDraining else {
            return .unavailable("The bridge is stopping", retryAfter: 1, id: id, reason: .stopping)
        }
        if let seconds = sessionRate?.take(now: .now()) {
            return .refusal(
                .tooManyRequests, .serverError, "Sessions are opened too quickly", id: id,
                fields: [Answer.Field("Retry-After", String(seconds))])
        }
        makeRoom(now: .now())
        // Children on their way out count too, so that opening and ending sessions quickly does not pile them up.
        guard sessions.count < configuration.maximumSessions, children.count < 2 * configuration.maximumSessions else {
            return .unavailable("Too many sessions are open", retryAfter: 5, id: id, reason: .sessions)
        }
        return nil
    }

    /// Makes a session in front of a child of its own, or of the one that serves many.
    func makeSession(isPair: Bool = false, isShared: Bool) throws(NotNow) -> LiveSession {
        let id = Self.newSessionID()
        let core = BridgeSession(id: id, isPair: isPair, limits: configuration.session, now: .now())
        let session: LiveSession
        if isShared {
            let server = try sharedServer()
            session = LiveSession(core, nil)
            server.conversation.join(.session(id))
        } else {
            session = LiveSession(core, try ownChild(session: id))
        }
        sessions[id] = session
        metrics.sessionOpened()
        return session
    }

    func open(_ opening: Opening, isShared: Bool) throws(NotNow) {
        let now = NIODeadline.now()
        let session = try makeSession(isShared: isShared)
        session.fields = opening.post.passed
        if !isShared { session.opening = opening }
        waiting[opening.exchange]?.session = session.core.id
        let actions = session.core.receive(
            [opening.message], isBatch: false, exchange: opening.exchange, post: opening.post, now: now)
        perform(actions, session)
    }

    /// 128 random bits: who cannot see a session's name cannot guess it.
    static func newSessionID() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}

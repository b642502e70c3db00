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
        let child: LiveChild

        init(_ core: BridgeSession, _ child: LiveChild) {
            self.core = core
            self.child = child
        }
    }

    /// Who waits for an answer.
    struct Waiting {
        let connection: HTTPConnectionHandler
        var session: String?
    }

    let configuration: BridgeConfiguration
    let eventLoop: any EventLoop
    let gate: RequestGate
    let log: @Sendable (String) -> Void
    let notifier: ServiceNotifier
    /// Succeeds when nothing is left.
    let finishedPromise: EventLoopPromise<Void>

    var sessions: [String: LiveSession] = [:]
    var children: [pid_t: LiveChild] = [:]
    var connections: [ObjectIdentifier: HTTPConnectionHandler] = [:]
    var waiting: [ExchangeID: Waiting] = [:]
    var listeners: [any Channel] = []
    var backoff = StartBackoff()
    var lifecycle: BridgeLifecycle
    var lastStatus = ""
    private var lastExchange: UInt64 = 0

    init(
        _ configuration: BridgeConfiguration, on eventLoop: any EventLoop, notifier: ServiceNotifier,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.gate = RequestGate(hosts: configuration.hosts, paths: configuration.paths)
        self.notifier = notifier
        self.log = log
        self.finishedPromise = eventLoop.makePromise()
        self.lifecycle = BridgeLifecycle(
            idleTimeout: configuration.idleTimeout, drain: configuration.drain, now: .now())
    }

    var isDraining: Bool { lifecycle.phase != .serving }
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
        if isDraining { perform(lifecycle.advance(connections: connections.count, now: .now())) }
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

    /// The answer of an exchange is complete, or its connection is gone.
    func finished(_ exchange: ExchangeID) {
        guard let entry = waiting.removeValue(forKey: exchange) else { return }
        guard let session = entry.session.flatMap({ sessions[$0] }) else { return }
        session.core.closed(exchange, now: .now())
        updatePause(session)
    }

    /// The client of an exchange stopped or resumed reading.
    func writabilityChanged(_ exchange: ExchangeID) {
        guard let session = waiting[exchange]?.session.flatMap({ sessions[$0] }) else { return }
        updatePause(session)
    }

    private func updatePause(_ session: LiveSession) {
        let open = Array(session.core.exchanges.keys) + [session.core.stream?.exchange].compactMap(\.self)
        session.child.isPaused = open.contains { waiting[$0]?.connection.isWritable == false }
    }
}

// MARK: Requests

extension BridgeHub {
    /// A request is whole.
    func handle(_ route: RequestGate.Route, _ body: ByteBuffer, _ exchange: ExchangeID, _ from: HTTPConnectionHandler) {
        switch route {
        case .refuse(let answer): from.respond(answer)
        case .health: from.respond(.json(.ok, ByteBuffer(string: #"{"status":"serving"}"#)))
        case .post(let post): handle(post, body, exchange, from)
        case .stream(let id):
            withSession(id, exchange, from) { $0.openStream(exchange, now: .now()) }
        case .delete(let id):
            withSession(id, exchange, from) { $0.delete(exchange) }
        }
    }

    private func handle(
        _ post: RequestGate.Post, _ body: ByteBuffer, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        switch PostBody(body, of: post) {
        case .refuse(let answer): from.respond(answer)
        case .initialize(let message): open(message, post, exchange, from)
        case .messages(let messages, let isBatch):
            let id = messages.count == 1 ? messages.first?.id : nil
            withSession(post.session ?? "", exchange, from, requestID: id) { session in
                session.receive(messages, isBatch: isBatch, exchange: exchange, post: post, now: .now())
            }
        }
    }

    private func withSession(
        _ id: String, _ exchange: ExchangeID, _ from: HTTPConnectionHandler, requestID: JSONText? = nil,
        _ event: (inout BridgeSession) -> [SessionAction]
    ) {
        guard let session = sessions[id] else { return from.respond(RequestGate.unknownSession(id: requestID)) }
        guard session.child.queuedBytes <= configuration.maximumQueuedForChild else {
            return from.respond(.unavailable("The server does not read its input", retryAfter: 5, id: requestID))
        }
        waiting[exchange]?.session = id
        perform(event(&session.core), session)
        updatePause(session)
    }

    private func open(
        _ message: JSONRPCMessage, _ post: RequestGate.Post, _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        let now = NIODeadline.now()
        guard !isDraining else {
            return from.respond(.unavailable("The bridge is stopping", retryAfter: 1, id: message.id))
        }
        // Children on their way out count too, so that opening and ending sessions quickly does not pile them up.
        guard sessions.count < configuration.maximumSessions, children.count < 2 * configuration.maximumSessions else {
            return from.respond(.unavailable("Too many sessions are open", retryAfter: 5, id: message.id))
        }
        if let held = backoff.refusal(now: now) {
            let text = "\(held.cause); the next start is in \(held.seconds) s"
            return from.respond(
                .unavailable(text, code: .internalError, retryAfter: held.seconds, id: message.id))
        }
        let id = Self.newSessionID()
        let core = BridgeSession(id: id, limits: configuration.session, now: now)
        do throws(SpawnedProcess.Failure) {
            let session = LiveSession(core, try startChild(session: id))
            sessions[id] = session
            waiting[exchange]?.session = id
            let actions = session.core.receive([message], isBatch: false, exchange: exchange, post: post, now: now)
            perform(actions, session)
        } catch {
            backoff.failed(error.cause, startedAt: now, now: now)
            log(error.cause)
            let seconds = backoff.refusal(now: now)?.seconds ?? 1
            from.respond(.unavailable(error.cause, code: .internalError, retryAfter: seconds, id: message.id))
        }
    }

    /// 128 random bits: who cannot see a session's name cannot guess it.
    private static func newSessionID() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}

// MARK: Children

extension BridgeHub {
    private func startChild(session id: String) throws(SpawnedProcess.Failure) -> LiveChild {
        // The process is known only once it runs, and reports nothing before that.
        var pid: pid_t = 0
        let events = LiveChild.Events(
            message: { [unowned self] message in
                guard let session = sessions[id] else { return }
                perform(session.core.receive(fromChild: message, now: .now()), session)
            },
            noise: { [unowned self] line in log("not a message on the server's stdout: \(line)") },
            ended: { [unowned self] cause in childEnded(cause, session: id) },
            reaped: { [unowned self] in
                children[pid] = nil
                finishIfDone()
            })
        let child = try LiveChild(
            configuration.command, environment: configuration.environment, graces: configuration.graces,
            on: eventLoop, events: events)
        pid = child.pid
        children[pid] = child
        return child
    }

    private func childEnded(_ cause: String, session id: String) {
        guard let session = sessions[id] else { return }
        let now = NIODeadline.now()
        log("\(cause); \(session.core.pendingCount) requests were waiting")
        if session.core.phase == .starting { backoff.failed(cause, startedAt: session.child.startedAt, now: now) }
        let seconds = backoff.refusal(now: now)?.seconds ?? 1
        perform(session.core.childEnded(cause: cause, retryAfter: seconds), session)
    }

    /// Looks which children have exited.
    func pollChildren() {
        for child in Array(children.values) { child.poll() }
    }

    func finishIfDone() {
        guard lifecycle.phase == .finishing, children.isEmpty else { return }
        finishedPromise.succeed()
    }
}

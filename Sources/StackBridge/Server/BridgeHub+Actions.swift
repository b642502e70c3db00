// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import SystemdKit

extension BridgeHub {
    /// Does what a session wants done.
    func perform(_ actions: [SessionAction], _ session: LiveSession) {
        countSettled(session)
        for action in actions {
            switch action {
            case .forward(let message): forward(message, from: session)
            case .sendToChild(let bytes):
                if let message = try? JSONRPCMessage(parsing: bytes) { forward(message, from: session) }
            case .answer(let exchange, let answer): waiting[exchange]?.connection.respond(answer)
            case .beginEvents(let exchange, let fields):
                waiting[exchange]?.connection.beginEvents(fields)
                if let id = session.core.prime(exchange) {
                    waiting[exchange]?.connection.sendEvent(ByteBuffer(), id: id)
                }
            case .sendEvent(let exchange, let bytes):
                let id = session.core.name(bytes, on: exchange)
                waiting[exchange]?.connection.sendEvent(bytes, id: id)
            case .replayEvent(let exchange, let bytes, let id):
                waiting[exchange]?.connection.sendEvent(bytes, id: id)
            case .sendEndpoint(let exchange, let endpoint): waiting[exchange]?.connection.sendEndpoint(endpoint)
            case .sendPing(let exchange): waiting[exchange]?.connection.sendPing()
            case .endEvents(let exchange): waiting[exchange]?.connection.endEvents()
            case .gaveUp(let number):
                if session.isShared { shared?.conversation.forget(JSONText(number), of: .session(session.core.id)) }
            case .opened:
                session.opening = nil
                session.admitted = session.fields
                if !session.isShared { backoff.answered() }
            case .end:
                if sessions.removeValue(forKey: session.core.id) != nil { metrics.sessionEnded(session.core.ending) }
                session.child?.end()
                if session.isShared { leave(session) }
            case .suspect: if let child = session.child ?? shared?.child { suspect(child) }
            case .report(let text): log(text)
            }
        }
    }

    /// Does what the lifecycle wants done.
    func perform(_ actions: [BridgeLifecycle.Action]) {
        for action in actions {
            switch action {
            case .stopAccepting: stopAccepting()
            case .finish: finish()
            }
        }
    }

    /// The bridge is asked to stop.
    func stop() {
        let now = NIODeadline.now()
        perform(lifecycle.stop(now: now))
        advance(now: now)
    }

    /// Leaves when nothing keeps the bridge any more.
    func advance(now: NIODeadline) {
        let holding = connections.values.count { lifecycle.holds($0.use, now: now) }
        perform(lifecycle.advance(connections: holding, now: now))
    }

    /// Looks at the clock, once a second.
    func tick() {
        let now = NIODeadline.now()
        pollChildren()
        trustChildren(now: now)
        for session in Array(sessions.values) { perform(session.core.tick(now: now), session) }
        tickCalls(now: now)
        tickDialogues(now: now)
        endHung(now: now)
        tickHealthChecks(now: now)
        tickOrigin(now: now)
        for connection in Array(connections.values) {
            connection.tick(now: now, patience: configuration.connectionIdle)
        }
        advance(now: now)
        tellStatus()
    }

    private func stopAccepting() {
        notifier.stopping(status: "Stopping; \(counts)")
        for listener in listeners { listener.close(promise: nil) }
        listeners = []
        for session in Array(sessions.values) { perform(session.core.endStream(), session) }
        endNews()
    }

    private func finish() {
        for session in Array(sessions.values) {
            perform(session.core.childEnded(cause: "the bridge was stopped", ending: .stopped), session)
        }
        if let server = shared {
            shared = nil
            failCalls("the bridge was stopped", retryAfter: 1, of: server)
            server.child.end()
        }
        endDialogues()
        for connection in Array(connections.values) { connection.close() }
        closeMetrics()
        endOrigin()
        finishIfDone()
    }

    private var counts: String {
        let pending = pendingCount
        return "\(sessions.count) session\(sessions.count == 1 ? "" : "s"), "
            + "\(pending) pending request\(pending == 1 ? "" : "s")"
    }

    /// The requests that wait for a server.
    var pendingCount: Int {
        let calls = (shared?.calls.count ?? 0) + dialogues.values.count { $0.isBusy }
        return sessions.values.reduce(calls) { $0 + $1.core.pendingCount }
    }

    /// Replaces the status that systemd shows, when it is another one.
    func tellStatus() {
        guard !isDraining else { return }
        let status = statusText
        guard status != lastStatus else { return }
        lastStatus = status
        notifier.status(status, error: backoff.failing == nil ? 0 : ECHILD)
        if backoff.hasGivenUp != hasSaidGivenUp {
            hasSaidGivenUp = backoff.hasGivenUp
            if hasSaidGivenUp { log("given up: a request starts the server at most once a minute until it stays") }
        }
    }

    /// What the bridge does, in one line.
    var statusText: String {
        guard let trouble = backoff.failing else { return "Serving; \(counts)" }
        let state =
            backoff.hasGivenUp ? "the server is given up, and tried again once a minute" : "the server does not start"
        return "Serving; \(counts); \(state): \(trouble)"
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore

/// Children: their starts, their ends, and what follows from them.
extension BridgeHub {
    /// Starts a child for one session.
    func ownChild(session id: String) throws(NotNow) -> any ServerLink {
        try startChild(
            LinkUse(
                message: { hub, message in
                    guard let session = hub.sessions[id], !hub.isRefusalOfSessions(message, session) else { return }
                    hub.perform(session.core.receive(fromChild: message, now: .now()), session)
                },
                refused: { hub, request, head in
                    guard let session = hub.sessions[id], let number = request.integerValue else { return }
                    hub.perform(session.core.refuse(number, .passed(head), now: .now()), session)
                },
                ended: { hub, end in hub.childEnded(end, session: id) }))
    }

    /// Whether a server that only knows stateless requests has refused `initialize`; its client is then served by the
    /// one child that all share, since such a server keeps nothing of a client.
    private func isRefusalOfSessions(_ message: JSONRPCMessage, _ session: LiveSession) -> Bool {
        guard session.core.phase == .starting, let opening = session.opening, message.kind == .errorResponse,
            let code = message.errorCode,
            // Which code it is depends on what such a server looks at first (2026-07-28, "Compatibility Matrix"); a
            // server with sessions has this method, but may refuse its parameters.
            JSONRPCError.Code.isOfStatelessServers(code) || code == JSONRPCError.Code.methodNotFound.rawValue
        else { return false }
        generations = .stateless
        backoff.answered()
        sessions[session.core.id] = nil
        metrics.sessionEnded(.refused)
        session.child?.end()
        guard waiting[opening.exchange] != nil else { return true }
        do throws(NotNow) {
            try open(opening, isShared: true)
        } catch {
            waiting[opening.exchange]?.connection.respond(error.answer(to: opening.message.id))
        }
        return true
    }

    /// Why a server cannot be had now.
    struct NotNow: Error {
        var cause: String
        var seconds: Int64
        var reason = RefusalReason.server

        /// What a client is told that wants one.
        func answer(to id: JSONText?) -> Answer {
            .unavailable(cause, code: .internalError, retryAfter: seconds, id: id, reason: reason)
        }
    }

    /// What is done with what a link tells.
    struct LinkUse {
        var message: (BridgeHub, JSONRPCMessage) -> Void
        /// A server that speaks HTTP wants the client of a request to sign in, or refuses it.
        var refused: (BridgeHub, _ request: JSONText, HTTPConversation.Head) -> Void
        var ended: (BridgeHub, ChildEnd) -> Void
    }

    /// Starts a child, or opens a conversation with the server that speaks HTTP, unless too many have just failed.
    func startChild(_ use: LinkUse) throws(NotNow) -> any ServerLink {
        if let origin { return try originLink(use, origin) }
        return try starting { () throws(SpawnedProcess.Failure) in try spawnChild(use) }
    }

    /// Starts a process, unless too many have just failed.
    func starting(_ spawn: () throws(SpawnedProcess.Failure) -> LiveChild) throws(NotNow) -> LiveChild {
        let now = NIODeadline.now()
        if let held = backoff.refusal(now: now) {
            throw NotNow(cause: "\(held.cause); the next start is in \(held.seconds) s", seconds: held.seconds)
        }
        do throws(SpawnedProcess.Failure) {
            return try spawn()
        } catch {
            backoff.failed(error.cause, startedAt: now, now: now)
            log(error.cause)
            throw NotNow(cause: error.cause, seconds: backoff.refusal(now: now)?.seconds ?? 1)
        }
    }

    private func spawnChild(_ use: LinkUse) throws(SpawnedProcess.Failure) -> LiveChild {
        let id = nextLink()
        var ending = ChildEnding.wanted
        let events = events(
            of: id, for: use, ended: { ending = $0.ending }, reaped: { [unowned self] in metrics.childEnded(ending) })
        let child = try LiveChild(
            id, configuration.command, environment: configuration.environment, graces: configuration.graces,
            on: eventLoop, events: events)
        children[id] = child
        metrics.childStarted()
        return child
    }

    /// What a link tells those that use it, and that it is one of the bridge's for as long as anything is left of it.
    func events(
        of id: LinkID, for use: LinkUse, ended: @escaping (ChildEnd) -> Void = { _ in },
        reaped: @escaping () -> Void = {}
    ) -> LinkEvents {
        LinkEvents(
            message: { [unowned self] in
                guard !Self.isSignOfLife($0) else { return }
                use.message(self, $0)
            },
            refused: { [unowned self] in use.refused(self, $0, $1) },
            noise: { [unowned self] line in log(line) },
            log: serverLog,
            ended: { [unowned self] end in
                ended(end)
                use.ended(self, end)
            },
            reaped: { [unowned self] in
                reaped()
                children[id] = nil
                finishIfDone()
            })
    }

    private func childEnded(_ end: ChildEnd, session id: String) {
        guard let session = sessions[id], let child = session.child else { return }
        logEnd(end, waiting: session.core.pendingCount)
        let seconds = noteEnd(end, of: child, hasAnswered: session.core.phase != .starting)
        perform(session.core.childEnded(cause: end.cause, retryAfter: seconds), session)
    }

    /// Tells the operator of the end of a child.
    ///
    /// Sessions with one server have one end, which is told once, and those that nothing was lost with need not be told.
    func logEnd(_ end: ChildEnd, waiting: Int) {
        guard origin == nil || waiting > 0 && origin?.end == nil else { return }
        log(end.trouble(waiting: waiting))
    }

    /// Notes the end of a child that was still used; returns the seconds until the next one may be started.
    func noteEnd(_ end: ChildEnd, of child: any ServerLink, hasAnswered: Bool) -> Int64 {
        let now = NIODeadline.now()
        // A server that lived for a while is tried again at once; one that dies young is not.
        if !hasAnswered || now - child.startedAt < configuration.shortLife {
            backoff.failed(end.cause, trouble: end.trouble, startedAt: child.startedAt, now: now)
        }
        return backoff.refusal(now: now)?.seconds ?? 1
    }

    /// Looks which children have lived for long enough to trust the next ones.
    func trustChildren(now: NIODeadline) {
        for child in children.values where child.isInUse && now - child.startedAt >= configuration.shortLife {
            backoff.lived(startedAt: child.startedAt)
        }
    }

    /// Looks which children have exited.
    func pollChildren() {
        for child in Array(children.values) { child.poll() }
        origin?.process?.poll()
    }

    func finishIfDone() {
        guard lifecycle.phase == .finishing, children.isEmpty, origin?.process == nil else { return }
        finishedPromise.succeed()
    }
}

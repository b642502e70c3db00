// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// A server that speaks HTTP itself.
extension BridgeHub {
    /// Opens a conversation with the server, which is started if need be.
    func originLink(_ use: LinkUse, _ origin: OriginServer) throws(NotNow) -> any ServerLink {
        try startOrigin(origin)
        let id = nextLink()
        let link = OriginLink(
            id, origin.connections, transport: origin.configuration.transport,
            startedAt: origin.process?.startedAt ?? .now(), on: eventLoop, events: events(of: id, for: use))
        children[id] = link
        return link
    }

    /// Starts the process of the server, where the bridge runs it and it does not run.
    private func startOrigin(_ origin: OriginServer) throws(NotNow) {
        if let process = origin.process {
            guard !process.isInUse else { return }
            // What is left of it may still have the port.
            throw NotNow(cause: origin.end?.cause ?? "the server is being ended", seconds: 1)
        }
        guard !configuration.command.isEmpty else { return }
        origin.started(try starting { () throws(SpawnedProcess.Failure) in try spawnOrigin(origin) })
    }

    private func spawnOrigin(_ origin: OriginServer) throws(SpawnedProcess.Failure) -> LiveChild {
        var ending = ChildEnding.wanted
        let toLog = serverLog
        let events = LinkEvents(
            message: { _ in },
            noise: { line in toLog([LogLine(level: .info, text: line)]) },
            log: serverLog,
            ended: { [unowned self] end in
                ending = end.ending
                originEnded(end, origin)
            },
            reaped: { [unowned self] in
                metrics.childEnded(ending)
                origin.ended()
                finishIfDone()
            })
        var graces = configuration.graces
        // What speaks HTTP does not look at its standard input, so that closing it ends nothing.
        graces.input = .zero
        let process = try LiveChild(
            nextLink(), configuration.command, environment: configuration.environment, graces: graces, on: eventLoop,
            events: events, speaks: false)
        metrics.childStarted()
        return process
    }

    /// The process has ended by itself: so have all conversations with it.
    private func originEnded(_ end: ChildEnd, _ origin: OriginServer) {
        log(end.trouble(waiting: pendingCount))
        origin.end = end
        if let process = origin.process {
            _ = noteEnd(end, of: process, hasAnswered: origin.isReached)
            process.end()
        }
        for case let link as OriginLink in Array(children.values) { link.giveUp(end) }
    }

    /// Starts the server when it is to run all the time, and closes connections that nobody uses.
    func tickOrigin(now: NIODeadline) {
        guard let origin else { return }
        origin.connections.tick(now: now)
        if let process = origin.process, process.isInUse, now - process.startedAt >= configuration.shortLife {
            backoff.lived(startedAt: process.startedAt)
        }
        guard origin.configuration.isEager, !isDraining, origin.process == nil else { return }
        // Why it cannot be started is in the log and in the status.
        try? startOrigin(origin)
    }

    func endOrigin() {
        origin?.process?.end()
        origin?.connections.close()
    }

    // MARK: How clients sign in

    /// Goes on with a request that the server does not see, once it has let in who makes it.
    func admit(
        _ passed: [HTTPField], to id: String, _ exchange: ExchangeID, _ goOn: @escaping (BridgeHub) -> Void
    ) {
        guard let origin, origin.configuration.authorizesClients, let session = sessions[id],
            session.admitted != passed
        else { return goOn(self) }
        guard let link = (session.child ?? shared?.child) as? OriginLink else {
            waiting[exchange]?.connection.respond(RequestGate.unknownSession())
            return
        }
        let question =
            session.isShared
            ? SharedConversation.request(id: nextSign(), MCPMethod.discover, StatelessMeta.parameters)
            : SharedConversation.request(id: nextSign(), MCPMethod.ping)
        link.ask(question, fields: passed) { [weak self] refusal in
            guard let self, let connection = waiting[exchange]?.connection else { return }
            if let refusal { return connection.respond(refusal) }
            session.admitted = passed
            goOn(self)
        }
    }

    /// Passes on a request for how clients sign in (RFC 9728, RFC 8414).
    func passMetadata(_ path: String, _ exchange: ExchangeID, _ from: HTTPConnectionHandler) {
        guard let origin else { return from.respond(.empty(.notFound)) }
        do throws(NotNow) {
            try startOrigin(origin)
        } catch {
            return from.respond(error.answer(to: nil))
        }
        let request = HTTPConversation.Request(
            number: 0, method: .get, path: path, fields: [HTTPField("Accept", "application/json")])
        origin.connections.ask(request) { [weak self] head, body in
            guard let connection = self?.waiting[exchange]?.connection else { return }
            guard let head else {
                return connection.respond(.unavailable("The server does not answer", retryAfter: 1))
            }
            let status = HTTPResponseStatus(statusCode: head.status)
            let isJSON = (try? JSONText(validating: body)) != nil
            connection.respond(isJSON ? .json(status, body) : .empty(status))
        }
    }
}

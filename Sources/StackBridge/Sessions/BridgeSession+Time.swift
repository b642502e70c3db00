// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

extension BridgeSession {
    /// Does what is due: streams for slow requests, pings, cancelled requests, the end of an idle session.
    mutating func tick(now: NIODeadline) -> [SessionAction] {
        guard phase != .ended else { return [] }
        var actions = giveUpCancelled(now: now) + giveUpOverdue(now: now)
        for (id, exchange) in exchanges.sorted(by: { $0.key < $1.key }) where !exchange.isDetached {
            if let last = exchange.lastEvent {
                guard now - last >= limits.ping else { continue }
                exchanges[id]?.lastEvent = now
                actions.append(.sendPing(id))
            } else if exchange.accepts.contains(.events), now - exchange.since >= limits.silence {
                actions += begin(id, now: now) + [.sendPing(id)]
            }
        }
        if let stream, now - stream.lastEvent >= limits.ping {
            self.stream?.lastEvent = now
            actions.append(.sendPing(stream.exchange))
        }
        if isIdle, now - idleSince >= limits.idle {
            ending = .idle
            actions += finish(cause: "the session was idle") + [.end]
        } else if phase != .ended, let age = limits.age, now - startedAt >= age {
            ending = .age
            actions += finish(cause: "the session was open for \(age.nanoseconds / 1_000_000_000) s") + [.end]
        }
        return actions
    }

    /// A server that does not answer is told to stop, and who waits is told that it took too long.
    private mutating func giveUpOverdue(now: NIODeadline) -> [SessionAction] {
        guard let limit = limits.request else { return [] }
        var actions: [SessionAction] = []
        for (number, request) in pending.sorted(by: { $0.key < $1.key })
        where request.cancelled == nil && now - request.since >= limit {
            pending[number] = nil
            settle(request, .error)
            // The handshake must not be cancelled (2025-11-25, "Cancellation").
            if number != Self.openingNumber {
                actions.append(.sendToChild(SharedConversation.cancellation(of: number, "It took too long")))
            }
            let error = JSONRPCError(
                .sessionNotFound, "The request took longer than \(limit.nanoseconds / 1_000_000_000) s")
            actions += deliver(error.response(id: request.id), to: request.exchange, now: now)
            actions.append(.suspect)
        }
        if !actions.isEmpty, phase == .starting {
            phase = .ended
            actions.append(.end)
        }
        return actions
    }

    /// Servers need not answer a cancelled request, but whoever still waits for it must not wait for ever.
    private mutating func giveUpCancelled(now: NIODeadline) -> [SessionAction] {
        var actions: [SessionAction] = []
        for (number, request) in pending.sorted(by: { $0.key < $1.key }) {
            guard let cancelled = request.cancelled, now - cancelled >= limits.cancellation else { continue }
            pending[number] = nil
            settle(request, .cancelled)
            let error = JSONRPCError(.serverError, "The request was cancelled").response(id: request.id)
            actions += [.gaveUp(number)] + deliver(error, to: request.exchange, now: now)
        }
        return actions
    }
}

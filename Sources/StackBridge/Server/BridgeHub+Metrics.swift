// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// What the metrics need to know of a stateless request.
struct CallMeter {
    let method: RequestMethod
    let sentAt: NIODeadline
    /// A request whose connection closes first was cancelled by that.
    var outcome = SettledRequest.Outcome.cancelled
    private var isServers = false

    init(method: RequestMethod, sentAt: NIODeadline) {
        self.method = method
        self.sentAt = sentAt
    }

    /// Takes what the server sent for the request.
    mutating func take(_ message: JSONRPCMessage) {
        guard message.kind == .response || message.kind == .errorResponse else { return }
        outcome = message.kind == .response ? .ok : .error
        isServers = true
    }

    /// How the request came out.
    func settled(now: NIODeadline) -> SettledRequest {
        SettledRequest(method: method, outcome: outcome, duration: isServers ? now - sentAt : nil)
    }
}

extension BridgeHub {
    /// Refuses the messages of a POST.
    func refuse(_ messages: [JSONRPCMessage], _ answer: Answer, _ from: HTTPConnectionHandler) {
        countRefused(messages)
        from.respond(answer)
    }

    /// Counts requests that are not passed on.
    func countRefused(_ messages: [JSONRPCMessage]) {
        for message in messages where message.kind == .request {
            metrics.settled(SettledRequest(method: RequestMethod(message.method), outcome: .refused))
        }
    }

    /// Counts the requests of a session that came out.
    func countSettled(_ session: LiveSession) {
        guard !session.core.settled.isEmpty else { return }
        for request in session.core.settled { metrics.settled(request) }
        session.core.settled.removeAll(keepingCapacity: true)
    }

    /// All metrics as text.
    var metricsText: String {
        var levels = BridgeMetrics.Levels()
        levels.sessions = sessions.count
        levels.streams = connections.values.reduce(0) { $0 + ($1.isStreaming ? 1 : 0) }
        levels.pending = pendingCount
        levels.connections = connections.count
        levels.children = origin.map { $0.process == nil ? 0 : 1 } ?? children.count
        return metrics.text(levels)
    }

    /// Tells metrics no more.
    func closeMetrics() {
        metricsListener?.close(promise: nil)
        metricsListener = nil
        for connection in Array(metricsConnections.values) { connection.close(promise: nil) }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// What the child sends.
extension SharedConversation {
    /// Takes one message of the child.
    mutating func receive(fromChild message: JSONRPCMessage) -> [Action] {
        switch phase {
        case .ended: return []
        case .initializing, .discovering:
            guard message.kind == .response || message.kind == .errorResponse else { return unasked(message) }
            return introduce(message)
        case .open: break
        }
        switch message.kind {
        case .response, .errorResponse: return receiveOutcome(message)
        case .notification, .request: return unasked(message)
        }
    }

    private mutating func introduce(_ message: JSONRPCMessage) -> [Action] {
        guard message.kind == .response, let result = message.text.member("result") else {
            switch (phase, opening) {
            case (.initializing, .sessions): return discover()
            case (.discovering, .stateless): return initialize()
            default: return refuse("the server answered neither initialize nor server/discover")
            }
        }
        if phase == .initializing {
            guard let introduction = ServerIntroduction(initialize: result) else {
                return refuse("the server chose a version of the protocol that is not known")
            }
            return [.sendToChild(Self.notification(MCPMethod.initialized))] + open(introduction)
        }
        guard let introduction = ServerIntroduction(discover: result) else {
            // Some servers answer anything; what they say here is no answer.
            if opening == .stateless { return initialize() }
            return refuse("the server serves no version of the protocol that is known")
        }
        return open(introduction)
    }

    private mutating func receiveOutcome(_ message: JSONRPCMessage) -> [Action] {
        guard let number = message.id?.integerValue else { return [] }
        guard let request = pending.removeValue(forKey: number) else { return receiveTools(number, message) ?? [] }
        var actions: [Action] = []
        if let uri = request.resource, message.kind == .response {
            subscribers[uri, default: []].insert(request.party)
            // It left while it was being subscribed.
            if !parties.contains(request.party) { actions = unsubscribe(request.party, from: uri) }
        }
        if asksForInput(message), case .session = request.party {
            let error = JSONRPCError(.internalError, "The server asks for input that this client was not said to give")
            return actions + (Self.failure(request.id, error).map { [.deliver($0, request.party)] } ?? [])
        }
        return actions + [.deliver(message.renumbered(id: request.id), request.party)]
    }

    /// Whether a stateless server wants to be asked again with more (2026-07-28, "Multi Round-Trip Requests"): for a
    /// client with a session that is no answer.
    private func asksForInput(_ message: JSONRPCMessage) -> Bool {
        guard introduction?.generation == .stateless, let range = message.text.range(at: "result", "resultType") else {
            return false
        }
        return message.text.value(in: range).stringValue == "input_required"
    }

    private mutating func unasked(_ message: JSONRPCMessage) -> [Action] {
        guard let method = message.method else { return [] }
        if message.kind == .request { return answer(message, method) }
        if let range = message.text.range(at: "params", "_meta", MCPMeta.subscriptionID),
            let number = message.text.value(in: range).integerValue
        {
            guard number != listening else { return takeNews(message, method) }
            guard let request = pending[number],
                let own = try? JSONRPCMessage(message.text.replacing(range, with: request.id))
            else { return [] }
            return [.deliver(own, request.party)]
        }
        switch method {
        case MCPMethod.progress:
            guard let number = message.progressToken?.integerValue, let request = pending[number],
                let token = request.progressToken,
                let own = try? JSONRPCMessage(parsing: message.replacingProgressToken(with: token))
            else { return [] }
            return [.deliver(own, request.party)]
        case MCPMethod.cancelled where introduction?.generation == .stateless: return endSubscription(message)
        default: return takeNews(message, method)
        }
    }

    private mutating func takeNews(_ message: JSONRPCMessage, _ method: String) -> [Action] {
        (method == MCPMethod.toolsChanged ? forgetTools() : []) + tell(message, method)
    }

    /// A stateless server ends a subscription by cancelling it (2026-07-28, "Cancellation"), which a client learns from
    /// an answer ("Subscriptions", "Graceful Closure").
    private mutating func endSubscription(_ message: JSONRPCMessage) -> [Action] {
        guard let number = message.cancelledRequestID?.integerValue, let request = pending[number],
            request.method == MCPMethod.listen
        else { return [] }
        pending[number] = nil
        let meta = JSONText.emptyObject.editing(append: [(MCPMeta.subscriptionID, request.id)])
        let result = JSONText.emptyObject.editing(append: [("resultType", JSONText("complete")), ("_meta", meta)])
        return Self.response(request.id, result: result).map { [.deliver($0, request.party)] } ?? []
    }

    /// Tells news of lists to all, and those of a resource to who asked.
    private func tell(_ message: JSONRPCMessage, _ method: String) -> [Action] {
        switch method {
        case MCPMethod.toolsChanged, MCPMethod.promptsChanged, MCPMethod.resourcesChanged:
            // Stateless clients of a stateless server have subscriptions of their own; this one is the bridge's.
            return parties.sorted().filter { introduction?.generation != .stateless || $0.isSession }
                .map { .deliver(message, $0) }
        case MCPMethod.resourceUpdated:
            let uri = message.text.range(at: "params", "uri").flatMap { message.text.value(in: $0).stringValue }
            return (uri.flatMap { subscribers[$0] } ?? []).sorted().map { .deliver(message, $0) }
        case MCPMethod.acknowledged: return []
        default: return [.report("\(method) of the server belongs to no client and is dropped")]
        }
    }

    /// A server that was told of no capabilities may still ask whether somebody is there.
    private func answer(_ message: JSONRPCMessage, _ method: String) -> [Action] {
        guard let id = message.id else { return [] }
        guard introduction?.generation != .stateless else {
            // Nor is it sent an answer, which no client of that version sends (2026-07-28, stdio, "Sending Messages").
            return [.report("\(method) of the server was dropped: its version of the protocol has no such requests")]
        }
        if method == MCPMethod.ping {
            return Self.response(id, result: .emptyObject).map { [.sendToChild($0.text.bytes)] } ?? []
        }
        if answersQuestions, let party = parties.first { return [.deliver(message, party)] }
        let error = JSONRPCError(.methodNotFound, "\(method) needs a client of its own, and this server is shared")
        return [
            .sendToChild(error.response(id: id)),
            .report("\(method) of the server was refused: it needs 'sessions: per-client'"),
        ]
    }
}

extension SharedConversation.Party: Comparable {
    var isSession: Bool {
        if case .session = self { true } else { false }
    }

    /// A fixed order, so that what is sent to several comes in the same order each time.
    static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.session(let first), .session(let second)): first < second
        case (.call(let first), .call(let second)): first < second
        case (.session, .call): true
        case (.call, .session): false
        }
    }
}

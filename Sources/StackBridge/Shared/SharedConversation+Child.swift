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
        guard let request = pending.removeValue(forKey: number) else {
            return receiveTools(number, message) ?? endListening(number, errorCode: message.errorCode) ?? []
        }
        if request.method == MCPMethod.initialize { return admit(message, request) }
        var actions: [Action] = []
        if let uri = request.resource, message.kind == .response {
            subscribers[uri, default: []].insert(request.party)
            // It left while it was being subscribed.
            if !parties.contains(request.party) { actions = unsubscribe(request.party, from: uri) }
        }
        if request.party.isSession, let problem = incompleteness(of: message) {
            let error = JSONRPCError(.internalError, problem)
            return actions + (Self.failure(request.id, error).map { [.deliver($0, request.party)] } ?? [])
        }
        if let again = request.again, message.errorCode == JSONRPCError.Code.headerMismatch.rawValue {
            return actions + sendAgain(again)
        }
        let (shown, reports) = request.method == MCPMethod.listTools ? show(message, request.party) : (message, [])
        return actions + reports + [.deliver(shown.renumbered(id: request.id), request.party)]
    }

    /// The server has let in the client of a session, or not.
    private func admit(_ message: JSONRPCMessage, _ request: Pending) -> [Action] {
        guard message.kind == .response else { return [.deliver(message.renumbered(id: request.id), request.party)] }
        guard let introduction = message.text.member("result").flatMap(ServerIntroduction.init(discover:)) else {
            let error = JSONRPCError(.internalError, "The server serves no version of the protocol that is known")
            return Self.failure(request.id, error).map { [.deliver($0, request.party)] } ?? []
        }
        return answer(request.id, introduction.withoutNews.initializeResult(for: request.version), to: request.party)
    }

    /// Why the result of a stateless server is none for a client with a session, which knows only whole ones
    /// (2026-07-28, "Result Type").
    private func incompleteness(of message: JSONRPCMessage) -> String? {
        guard introduction?.generation == .stateless, let range = message.text.range(at: "result", "resultType") else {
            return nil
        }
        switch message.text.value(in: range).stringValue {
        case "complete": return nil
        case "input_required": return "The server asks for input that this client was not said to give"
        case let type: return "The server answered with a kind of result that is not known: \((type ?? "").prefix(40))"
        }
    }

    private mutating func unasked(_ message: JSONRPCMessage) -> [Action] {
        guard let method = message.method else { return [] }
        if message.kind == .request { return answer(message, method) }
        if let range = message.text.range(at: "params", "_meta", MCPMeta.subscriptionID),
            let number = message.text.value(in: range).integerValue
        {
            guard number != listening.number else { return takeNews(message, method) }
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
        // Of a question that it has asked.
        case MCPMethod.cancelled where answersQuestions:
            return parties.first.map { [.deliver(message, $0)] } ?? []
        default: return takeNews(message, method)
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

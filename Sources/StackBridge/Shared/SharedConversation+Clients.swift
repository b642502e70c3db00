// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// What the parties send.
extension SharedConversation {
    mutating func forward(_ arrival: Arrival, _ introduction: ServerIntroduction) -> [Action] {
        switch arrival.message.kind {
        case .request: forwardRequest(arrival, introduction)
        case .notification: forwardNotification(arrival.message, from: arrival.party)
        // Nobody was asked anything.
        case .response, .errorResponse: []
        }
    }

    private mutating func forwardRequest(_ arrival: Arrival, _ introduction: ServerIntroduction) -> [Action] {
        let (message, party) = (arrival.message, arrival.party)
        guard let id = message.id, let method = message.method else { return [] }
        switch method {
        case MCPMethod.initialize:
            let requested = message.text.range(at: "params", "protocolVersion")
                .flatMap { message.text.value(in: $0).stringValue }.flatMap(MCPProtocolVersion.init(rawValue:))
            guard isPersonal(introduction) else {
                return answer(id, introduction.initializeResult(for: requested), to: party)
            }
            let number = nextNumber()
            pending[number] = Pending(party: party, id: id, method: method, version: requested)
            let question = Self.request(number, MCPMethod.discover, StatelessMeta.parameters)
            return [.send(question, for: party, repeating: [])]
        case MCPMethod.ping where introduction.generation == .stateless:
            return answer(id, .emptyObject, to: party)
        case MCPMethod.setLevel:
            return refuse(id, "logging/setLevel would change what all clients of this server see", to: party)
        case _ where method.hasPrefix(MCPMethod.taskPrefix) && introduction.generation != .stateless:
            return refuse(id, "\(method) needs a client of its own, and this server is shared", to: party)
        case MCPMethod.subscribe where isPersonal(introduction):
            return refuse(id, "A server that has its clients sign in tells news to 2026-07-28 clients only", to: party)
        case MCPMethod.subscribe where introduction.generation == .stateless:
            if let uri = Self.resource(of: message) { subscribers[uri, default: []].insert(party) }
            return listen() + answer(id, .emptyObject, to: party)
        case MCPMethod.unsubscribe:
            let actions = Self.resource(of: message).map { unsubscribe(party, from: $0) } ?? []
            return actions + answer(id, .emptyObject, to: party)
        case MCPMethod.callTool: return forwardCall(arrival, introduction)
        default: return send(arrival, introduction)
        }
    }

    /// Sends a request on, with the fields that repeat its arguments.
    mutating func send(
        _ arrival: Arrival, _ introduction: ServerIntroduction, repeating fields: [HTTPField]? = nil
    ) -> [Action] {
        let (message, party) = (arrival.message, arrival.party)
        guard let id = message.id, let method = message.method else { return [] }
        let number = nextNumber()
        let token = message.progressToken
        let resource = method == MCPMethod.subscribe ? Self.resource(of: message) : nil
        pending[number] = Pending(party: party, id: id, progressToken: token, method: method, resource: resource)
        var bytes = message.rewritten(id: JSONText(number), progressToken: token.map { _ in JSONText(number) })
        if introduction.generation == .stateless, case .session = party {
            bytes = StatelessMeta.added(to: bytes)
        }
        return [fields.map { .send(bytes, for: party, repeating: $0) } ?? .sendToChild(bytes)]
    }

    private mutating func forwardNotification(_ message: JSONRPCMessage, from party: Party) -> [Action] {
        switch message.method {
        case MCPMethod.cancelled:
            guard let id = message.cancelledRequestID else { return [] }
            held.removeAll { $0.party == party && $0.message.id == id }
            guard let number = pending.first(where: { $0.value.party == party && $0.value.id == id })?.key
            else { return [] }
            return [.sendToChild(message.replacingCancelledRequestID(with: JSONText(number)))]
        // The handshake was the bridge's, and so is what follows from its capabilities.
        case MCPMethod.initialized, "notifications/roots/list_changed": return []
        default: return [.sendToChild(message.text.bytes)]
        }
    }

    private func refuse(_ id: JSONText, _ text: String, to party: Party) -> [Action] {
        Self.failure(id, JSONRPCError(.methodNotFound, text)).map { [.deliver($0, party)] } ?? []
    }

    func answer(_ id: JSONText, _ result: JSONText, to party: Party) -> [Action] {
        Self.response(id, result: result).map { [.deliver($0, party)] } ?? []
    }

    mutating func unsubscribe(_ party: Party, from uri: String) -> [Action] {
        guard subscribers[uri]?.remove(party) != nil, subscribers[uri]?.isEmpty == true else { return [] }
        subscribers[uri] = nil
        guard let introduction else { return [] }
        guard introduction.generation != .stateless else { return listen() }
        // The answer comes to a number that nobody waits for.
        let parameters = JSONText.emptyObject.editing(append: [("uri", JSONText(uri))])
        return [.sendToChild(Self.request(nextNumber(), MCPMethod.unsubscribe, parameters))]
    }

    private static func resource(of message: JSONRPCMessage) -> String? {
        message.text.range(at: "params", "uri").flatMap { message.text.value(in: $0).stringValue }
    }
}

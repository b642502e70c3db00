// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// News of the server, and who gets them.
extension SharedConversation {
    /// The bridge's own `subscriptions/listen`, by which a stateless server tells news to clients with sessions.
    struct Listening {
        /// The number of the request that is open; nil while none is.
        var number: Int?
        /// Whether the server has said that there is no such request.
        var isUnknown = false
        /// How long to wait before the next one.
        var pause = firstPause
        /// When a clock was first looked at since the last one ended.
        var since: NIODeadline?

        static let firstPause = TimeAmount.seconds(1)
        static let longestPause = TimeAmount.minutes(5)
    }

    /// Whether news of the server are nobody's but of who asks: it has its clients sign in, one by one.
    func isPersonal(_ introduction: ServerIntroduction) -> Bool {
        authorizesClients && introduction.generation == .stateless
    }

    /// Asks a stateless server for the news that clients with sessions are to get; an older request is given up.
    mutating func listen() -> [Action] {
        guard let introduction, introduction.generation == .stateless, !isPersonal(introduction),
            !listening.isUnknown
        else { return [] }
        var actions: [Action] = listening.number.map { [.sendToChild(Self.cancellation(of: $0))] } ?? []
        var filter: [(name: String, value: JSONText)] = [
            ("toolsListChanged", JSONText(true)), ("promptsListChanged", JSONText(true)),
            ("resourcesListChanged", JSONText(true)),
        ]
        if !subscribers.isEmpty { filter.append(("resourceSubscriptions", JSONText(subscribers.keys.sorted()))) }
        let parameters = JSONText.emptyObject.editing(append: [
            ("notifications", JSONText.emptyObject.editing(append: filter)), ("_meta", StatelessMeta.own),
        ])
        let number = nextNumber()
        (listening.number, listening.since) = (number, nil)
        actions.append(.sendToChild(Self.request(number, MCPMethod.listen, parameters)))
        return actions
    }

    /// Takes the end of the bridge's own request for news; nil when that is not what it is.
    ///
    /// A server may end it whenever it likes ("Graceful Closure"), and clients with sessions know nothing of that.
    mutating func endListening(_ number: Int, errorCode: Int? = nil) -> [Action]? {
        guard number == listening.number else { return nil }
        listening.number = nil
        listening.isUnknown = errorCode == JSONRPCError.Code.methodNotFound.rawValue
        return []
    }

    /// Asks again for news once the last request for them is over for a while.
    mutating func tickListening(now: NIODeadline) -> [Action] {
        guard let introduction, introduction.generation == .stateless, listening.number == nil,
            !listening.isUnknown, !isPersonal(introduction)
        else { return [] }
        guard let since = listening.since else {
            listening.since = now
            return []
        }
        guard now - since >= listening.pause else { return [] }
        listening.pause = min(listening.pause * 2, Listening.longestPause)
        // Whatever changed meanwhile, nobody was told.
        return forgetTools() + listen()
    }

    mutating func takeNews(_ message: JSONRPCMessage, _ method: String) -> [Action] {
        switch method {
        case MCPMethod.toolsChanged: return forgetTools() + tell(message, method)
        case MCPMethod.acknowledged:
            listening.pause = Listening.firstPause
            return []
        default: return tell(message, method)
        }
    }

    /// A stateless server ends a subscription by cancelling it (2026-07-28, "Cancellation"), which a client learns from
    /// an answer ("Subscriptions", "Graceful Closure").
    mutating func endSubscription(_ message: JSONRPCMessage) -> [Action] {
        guard let number = message.cancelledRequestID?.integerValue else { return [] }
        if let actions = endListening(number) { return actions }
        guard let request = pending[number], request.method == MCPMethod.listen else { return [] }
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
        default: return [.report("\(method) of the server belongs to no client and is dropped")]
        }
    }
}

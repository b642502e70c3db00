// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// The stream that `subscriptions/listen` opens (2026-07-28, "Subscriptions"), made from what the server tells all.
struct NewsStream {
    let exchange: ExchangeID
    let id: JSONText
    /// The resources that news are asked for, as far as the server has news of them.
    let resources: [String]
    private let lists: [String: String]
    private let limits: BridgeSession.Limits
    private let since: NIODeadline
    private var lastEvent: NIODeadline

    /// The keys of the filter, the notification that each is for, and the capability that announces it.
    private static let kinds = [
        ("toolsListChanged", MCPMethod.toolsChanged, "tools"),
        ("promptsListChanged", MCPMethod.promptsChanged, "prompts"),
        ("resourcesListChanged", MCPMethod.resourcesChanged, "resources"),
    ]

    /// Reads the filter of a request; nil when there is none.
    init?(
        _ message: JSONRPCMessage, exchange: ExchangeID, introduction: ServerIntroduction,
        limits: BridgeSession.Limits, now: NIODeadline
    ) {
        guard let id = message.id,
            let filter = message.text.range(at: "params", "notifications").map(message.text.value),
            filter.kind == .object
        else { return nil }
        self.exchange = exchange
        self.id = id
        self.limits = limits
        since = now
        lastEvent = now
        var lists: [String: String] = [:]
        for (key, method, list) in Self.kinds
        where filter.member(key) == JSONText(true) && introduction.announcesChanges(of: list) {
            lists[method] = key
        }
        self.lists = lists
        let asked = filter.member("resourceSubscriptions")?.elements.compactMap(\.stringValue) ?? []
        resources = introduction.hasResourceSubscriptions ? asked : []
    }

    /// Opens the stream: what is honoured of the filter comes first.
    func open() -> [SessionAction] {
        var honoured: [(name: String, value: JSONText)] = Self.kinds.compactMap { key, method, _ in
            lists[method] == nil ? nil : (name: key, value: JSONText(true))
        }
        if !resources.isEmpty { honoured.append(("resourceSubscriptions", JSONText(resources))) }
        let parameters = Self.tagged(.emptyObject, id).editing(append: [
            ("notifications", JSONText.emptyObject.editing(append: honoured))
        ])
        let acknowledgement = SharedConversation.notification(MCPMethod.acknowledged, parameters)
        return [.beginEvents(exchange, fields: []), .sendEvent(exchange, acknowledgement)]
    }

    /// The requests by which the server learns which resources are of interest.
    var subscriptions: [JSONRPCMessage] {
        resources.compactMap { uri in
            let parameters = JSONText.emptyObject.editing(append: [("uri", JSONText(uri))])
            let text = JSONText.emptyObject.editing(append: [
                ("jsonrpc", JSONText("2.0")), ("id", JSONText(uri)), ("method", JSONText(MCPMethod.subscribe)),
                ("params", parameters),
            ])
            return try? JSONRPCMessage(text)
        }
    }

    /// Takes what the server tells.
    mutating func receive(_ message: JSONRPCMessage, now: NIODeadline) -> [SessionAction] {
        guard message.kind == .notification, let method = message.method,
            lists[method] != nil || method == MCPMethod.resourceUpdated
        else { return [] }
        lastEvent = now
        let parameters = Self.tagged(message.text.member("params") ?? .emptyObject, id)
        return [.sendEvent(exchange, message.text.editing(append: [("params", parameters)]).bytes)]
    }

    /// Keeps the stream open through proxies that cut silent ones, until it is as old as a session may be.
    mutating func tick(now: NIODeadline) -> [SessionAction] {
        if let age = limits.age, now - since >= age { return end() }
        guard now - lastEvent >= limits.ping else { return [] }
        lastEvent = now
        return [.sendPing(exchange)]
    }

    /// Ends the stream in the way that tells the client that nothing broke ("Graceful Closure").
    func end() -> [SessionAction] {
        (Self.end(of: id).map { [.sendEvent(exchange, $0)] } ?? []) + [.endEvents(exchange)]
    }

    /// The answer that ends the stream of a request.
    static func end(of id: JSONText) -> ByteBuffer? {
        let result = tagged(.emptyObject, id).editing(append: [("resultType", JSONText("complete"))])
        return SharedConversation.response(id, result: result)?.text.bytes
    }

    private func tagged(_ parameters: JSONText) -> JSONText { Self.tagged(parameters, id) }

    /// Parameters with the name of the subscription in their `_meta`.
    private static func tagged(_ parameters: JSONText, _ id: JSONText) -> JSONText {
        let meta = (parameters.member("_meta") ?? .emptyObject).editing(append: [(MCPMeta.subscriptionID, id)])
        return parameters.editing(append: [("_meta", meta)])
    }
}

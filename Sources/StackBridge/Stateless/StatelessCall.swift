// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// One request of a stateless client: it ends with its answer, or with its connection.
struct StatelessCall {
    let exchange: ExchangeID
    let id: JSONText
    let method: String
    /// The fields that go along with it.
    let passed: [HTTPField]
    private let accepts: AcceptedAnswers
    private let limits: BridgeSession.Limits
    private let since: NIODeadline
    /// When the server last said something about it.
    private var heard: NIODeadline
    /// When the last event went out; nil while the answer may still be plain JSON.
    private var lastEvent: NIODeadline?
    private(set) var isOver = false

    init(
        _ message: JSONRPCMessage, _ head: StatelessRequest.Head, exchange: ExchangeID, limits: BridgeSession.Limits,
        now: NIODeadline
    ) {
        self.exchange = exchange
        id = message.id ?? .null
        method = message.method ?? ""
        passed = head.passed
        accepts = head.accepts
        self.limits = limits
        since = now
        heard = now
    }

    /// The request as the server behind the bridge wants it.
    static func translated(_ message: JSONRPCMessage, for introduction: ServerIntroduction) -> JSONRPCMessage {
        guard introduction.generation != .stateless else { return message }
        return (try? JSONRPCMessage(StatelessMeta.removed(from: message.text))) ?? message
    }

    /// Takes a message that the child has for this request.
    mutating func receive(
        _ message: JSONRPCMessage, from introduction: ServerIntroduction, now: NIODeadline
    ) -> [SessionAction] {
        guard !isOver else { return [] }
        heard = now
        switch message.kind {
        case .response: return finish(result(message, introduction), status: .ok)
        case .errorResponse:
            let error = Self.error(message.text, introduction)
            return finish(error.bytes, status: Self.status(of: error))
        case .notification where accepts.contains(.events) && isForThis(message):
            return begin(now: now) + [.sendEvent(exchange, message.text.bytes)]
        case .notification, .request: return []
        }
    }

    /// Progress, and what a stateless server sends on the stream that `subscriptions/listen` opened.
    private func isForThis(_ message: JSONRPCMessage) -> Bool {
        message.method == MCPMethod.progress
            || method == MCPMethod.listen && message.text.range(at: "params", "_meta", MCPMeta.subscriptionID) != nil
    }

    /// Does what is due: a stream for a slow request, comments for a silent one.
    mutating func tick(now: NIODeadline) -> [SessionAction] {
        guard !isOver else { return [] }
        if let limit = limits.request, method != MCPMethod.listen, now - heard >= limit {
            return giveUp(after: limit) + [.suspect]
        }
        // Whatever progress it makes (2025-11-25, "Lifecycle", "Timeouts"): no request gets older than a session.
        if let age = limits.age, now - since >= age {
            let end = endStream()
            return end.isEmpty ? giveUp(after: age) : end
        }
        if let last = lastEvent {
            guard now - last >= limits.ping else { return [] }
            lastEvent = now
            return [.sendPing(exchange)]
        }
        guard accepts.contains(.events), now - since >= limits.silence else { return [] }
        return begin(now: now) + [.sendPing(exchange)]
    }

    private mutating func giveUp(after limit: TimeAmount) -> [SessionAction] {
        let text = "The request took longer than \(limit.nanoseconds / 1_000_000_000) s"
        return finish(JSONRPCError(.internalError, text).response(id: id), status: .ok)
    }

    /// Ends a stream of news that the server itself sends, when it has begun.
    mutating func endStream() -> [SessionAction] {
        guard !isOver, method == MCPMethod.listen, lastEvent != nil, let end = NewsStream.end(of: id) else { return [] }
        return finish(end, status: .ok)
    }

    /// Its header is not what it has to be.
    mutating func refuse(_ error: JSONRPCError) -> [SessionAction] {
        guard !isOver else { return [] }
        return finish(error.response(id: id), status: .badRequest)
    }

    /// There will be no answer.
    mutating func fail(_ cause: String, retryAfter: Int64) -> [SessionAction] {
        guard !isOver else { return [] }
        guard lastEvent == nil else {
            return finish(JSONRPCError(.internalError, cause).response(id: id), status: .ok)
        }
        isOver = true
        return [.answer(exchange, .unavailable(cause, code: .internalError, retryAfter: retryAfter, id: id))]
    }

    private mutating func begin(now: NIODeadline) -> [SessionAction] {
        let begins = lastEvent == nil
        lastEvent = now
        return begins ? [.beginEvents(exchange, fields: [])] : []
    }

    private mutating func finish(_ body: ByteBuffer, status: HTTPResponseStatus) -> [SessionAction] {
        isOver = true
        if lastEvent != nil { return [.sendEvent(exchange, body), .endEvents(exchange)] }
        if accepts.contains(.json) || status != .ok { return [.answer(exchange, .json(status, body))] }
        return [.beginEvents(exchange, fields: []), .sendEvent(exchange, body), .endEvents(exchange)]
    }

    /// The status by which a client tells an unknown method, or a request that is wrong for this version.
    private static func status(of error: JSONText) -> HTTPResponseStatus {
        let code = error.range(at: "error", "code").flatMap { error.value(in: $0).integerValue }
        switch code {
        case JSONRPCError.Code.methodNotFound.rawValue: return .notFound
        case JSONRPCError.Code.headerMismatch.rawValue, JSONRPCError.Code.missingCapability.rawValue,
            JSONRPCError.Code.unsupportedVersion.rawValue:
            return .badRequest
        default: return .ok
        }
    }

    /// An error with a code that this version has.
    ///
    /// Up to 2025-11-25 servers chose their codes from a range that is the protocol's own now, and the protocol had
    /// one for resources that are not there (2026-07-28, "Error Codes").
    private static func error(_ text: JSONText, _ introduction: ServerIntroduction) -> JSONText {
        guard introduction.generation != .stateless, let range = text.range(at: "error", "code") else { return text }
        let code: JSONRPCError.Code
        switch text.value(in: range).integerValue {
        case -32002: code = .invalidParams
        case .some(-32099 ... -32020): code = .internalError
        default: return text
        }
        return text.replacing(range, with: JSONText(code.rawValue))
    }

    /// The results that a client may cache ("Caching").
    private static let cacheable: Set<String> = [
        "tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read",
    ]

    /// The end of a subscription, named as the client named it ("Graceful Closure").
    private func ownSubscription(_ text: JSONText) -> JSONText {
        guard method == MCPMethod.listen, let range = text.range(at: "result", "_meta", MCPMeta.subscriptionID) else {
            return text
        }
        return text.replacing(range, with: id)
    }

    /// A result with what every result of this version carries.
    private func result(_ message: JSONRPCMessage, _ introduction: ServerIntroduction) -> ByteBuffer {
        guard introduction.generation != .stateless, let range = message.text.range(at: "result") else {
            return ownSubscription(message.text).bytes
        }
        let result = message.text.value(in: range)
        guard result.kind == .object else { return message.text.bytes }
        let present = Set(result.memberNames)
        var members: [(name: String, value: JSONText)] = [("resultType", JSONText("complete"))]
        // What asks for more is no result that could be kept.
        let isWhole = result.member("resultType").map { $0.stringValue == "complete" } ?? true
        if isWhole, Self.cacheable.contains(method) { members += ServerIntroduction.uncached }
        members.removeAll { present.contains($0.name) }
        let meta = result.member("_meta") ?? .emptyObject
        if meta.kind == .object, meta.member(MCPMeta.serverInfo) == nil, let info = introduction.serverInfo {
            members.append(("_meta", meta.editing(append: [(MCPMeta.serverInfo, info)])))
        }
        return message.text.replacing(range, with: result.editing(append: members)).bytes
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

@testable import StackBridge

/// A session with short names for its events, driven by a clock that the test sets.
struct SessionDriver {
    var session: BridgeSession
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private var lastExchange: UInt64 = 0

    init(open: Bool = true, version: String = "2025-11-25", limits: BridgeSession.Limits = .init()) throws {
        session = BridgeSession(id: "s1", limits: limits, now: now)
        guard open else { return }
        _ = try post(#"{"jsonrpc":"2.0","id":0,"method":"initialize"}"#)
        _ = try child(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"\#(version)"}}"#)
    }

    var last: ExchangeID { ExchangeID(rawValue: lastExchange) }

    mutating func next() -> ExchangeID {
        lastExchange += 1
        return last
    }

    mutating func post(
        _ messages: String..., isBatch: Bool = false, accepts: AcceptedAnswers = [.json, .events]
    ) throws -> [SessionAction] {
        let parsed = try messages.map { try JSONRPCMessage(parsing: ByteBuffer(string: $0)) }
        let post = RequestGate.Post(session: "s1", version: nil, accepts: accepts)
        return session.receive(parsed, isBatch: isBatch || parsed.count > 1, exchange: next(), post: post, now: now)
    }

    mutating func child(_ message: String) throws -> [SessionAction] {
        session.receive(fromChild: try JSONRPCMessage(parsing: ByteBuffer(string: message)), now: now)
    }

    mutating func openStream() -> [SessionAction] {
        session.openStream(next(), now: now)
    }

    mutating func wait(_ time: TimeAmount) -> [SessionAction] {
        now = now + time
        return session.tick(now: now)
    }
}

func sent(_ text: String) -> SessionAction {
    (try? JSONRPCMessage(parsing: ByteBuffer(string: text))).map { .forward($0) } ?? .report("no message: \(text)")
}
func event(_ exchange: UInt64, _ text: String) -> SessionAction {
    .sendEvent(ExchangeID(rawValue: exchange), ByteBuffer(string: text))
}
func json(_ exchange: UInt64, _ text: String, fields: [Answer.Field] = []) -> SessionAction {
    .answer(ExchangeID(rawValue: exchange), .json(.ok, ByteBuffer(string: text), fields: fields))
}
func begin(_ exchange: UInt64) -> SessionAction { .beginEvents(ExchangeID(rawValue: exchange), fields: []) }
func end(_ exchange: UInt64) -> SessionAction { .endEvents(ExchangeID(rawValue: exchange)) }

let changed = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
let question = #"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#

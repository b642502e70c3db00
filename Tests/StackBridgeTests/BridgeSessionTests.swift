// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

@Suite struct BridgeSessionRoutingTests {
    /// 2025-11-25, "Transports", "Session Management", 1.
    @Test func opensWithTheSessionID() throws {
        var driver = try SessionDriver(open: false)
        let forwarded = try driver.post(#"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#)
        #expect(forwarded == [sent(#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#)])
        let answered = try driver.child(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}}"#)
        let body = #"{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"2025-06-18"}}"#
        #expect(answered == [.opened, json(1, body, fields: [.init("Mcp-Session-Id", "s1")])])
        #expect(driver.session.phase == .open)
        #expect(driver.session.version == .v2025_06_18)
    }

    @Test func endsWhenInitializeIsRefused() throws {
        var driver = try SessionDriver(open: false)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#)
        let refusal = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}"#
        let answered = try driver.child(refusal)
        #expect(answered == [json(1, #"{"jsonrpc":"2.0","id":"i","error":{"code":-32602,"message":"no"}}"#), .end])
        #expect(driver.session.phase == .ended)
    }

    @Test func refusesASecondInitialize() throws {
        var driver = try SessionDriver()
        let actions = try driver.post(#"{"jsonrpc":"2.0","id":8,"method":"initialize"}"#)
        let text = "This session is already initialised"
        #expect(
            actions == [.answer(driver.last, .refusal(.badRequest, .invalidRequest, text, id: JSONText(8)))])
    }

    @Test func endsWhenNobodyLearnsItsName() throws {
        var driver = try SessionDriver(open: false)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#)
        driver.session.closed(driver.last, now: driver.now)
        #expect(driver.session.phase == .starting)
        #expect(try driver.child(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == [.opened, .end])
    }

    /// Equal ids at the same time, answered the other way round.
    @Test func keepsEqualIdsApart() throws {
        var driver = try SessionDriver()
        #expect(
            try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#) == [
                sent(#"{"jsonrpc":"2.0","id":2,"method":"a"}"#)
            ])
        #expect(
            try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"b"}"#) == [
                sent(#"{"jsonrpc":"2.0","id":3,"method":"b"}"#)
            ])
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":3,"result":"b"}"#) == [
                json(3, #"{"jsonrpc":"2.0","id":1,"result":"b"}"#)
            ])
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":2.0,"result":"a"}"#)
                == [json(2, #"{"jsonrpc":"2.0","id":1,"result":"a"}"#)])
        #expect(driver.session.pendingCount == 0)
        #expect(driver.session.isIdle)
    }

    @Test(arguments: ["\"x\"", "1.50", "null", "[1]", "{\"a\":1}", "false", "-0"])
    func restoresIdsOfEveryType(_ id: String) throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":\#(id),"method":"a"}"#)
        let answered = try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#)
        #expect(answered == [json(2, #"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#)])
    }

    @Test func dropsAnswersThatNobodyWaitsFor() throws {
        var driver = try SessionDriver()
        for id in ["9", "\"2\"", "1", "null"] {
            let actions = try driver.child(#"{"jsonrpc":"2.0","id":\#(id),"error":{}}"#)
            #expect(actions == [.report("dropped an answer to a request that nobody made")])
        }
    }

    @Test func acceptsNotificationsAndAnswers() throws {
        var driver = try SessionDriver()
        let notification = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
        #expect(try driver.post(notification) == [sent(notification), .answer(driver.last, .empty(.accepted))])
        let answer = #"{"jsonrpc":"2.0","id":"q","result":{}}"#
        #expect(try driver.post(answer) == [sent(answer), .answer(driver.last, .empty(.accepted))])
        #expect(driver.session.isIdle)
    }

    @Test func sendsProgressToItsRequest() throws {
        var driver = try SessionDriver()
        let request = #"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":TOKEN}}}"#
        let forwarded = try driver.post(request.replacing("TOKEN", with: "\"t\""))
        #expect(
            forwarded == [sent(#"{"jsonrpc":"2.0","id":2,"method":"a","params":{"_meta":{"progressToken":2}}}"#)])
        _ = try driver.post(request.replacing("TOKEN", with: "\"t\""))
        _ = driver.openStream()
        let progress = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":TOKEN}}"#
        let restored = progress.replacing("TOKEN", with: "\"t\"")
        #expect(try driver.child(progress.replacing("TOKEN", with: "3")) == [begin(3), event(3, restored)])
        #expect(try driver.child(progress.replacing("TOKEN", with: "3")) == [event(3, restored)])
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":3,"result":{}}"#)
                == [event(3, #"{"jsonrpc":"2.0","id":1,"result":{}}"#), end(3)])
        #expect(try driver.child(progress.replacing("TOKEN", with: "3")) == [])
        #expect(try driver.child(progress.replacing("TOKEN", with: "\"t\"")) == [])
    }

    @Test func dropsProgressThatAClientOfPlainJSONCannotTake() throws {
        var driver = try SessionDriver()
        let request = #"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":5}}}"#
        _ = try driver.post(request, accepts: .json)
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2}}"#) == []
        )
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#) == [
                json(2, #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            ])
    }

    @Test func streamsToAClientOfEventsOnly() throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#, accepts: .events)
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#)
                == [begin(2), event(2, #"{"jsonrpc":"2.0","id":1,"result":{}}"#), end(2)])
    }

    @Test func routesTheChildsOwnMessages() throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"b"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"c"}"#, accepts: .json)
        #expect(try driver.child(question) == [begin(3), event(3, question)])
        _ = driver.openStream()
        #expect(try driver.child(changed) == [event(5, changed)])
        driver.session.closed(driver.last, now: driver.now)
        #expect(try driver.child(changed) == [event(3, changed)])
    }

    @Test func keepsMessagesForTheStream() throws {
        var driver = try SessionDriver()
        #expect(try driver.child(changed) == [])
        #expect(try driver.child(question) == [])
        #expect(driver.openStream() == [begin(2), event(2, changed), event(2, question)])
        #expect(driver.openStream() == [end(2), begin(3)])
        driver.session.closed(ExchangeID(rawValue: 2), now: driver.now)
        #expect(try driver.child(changed) == [event(3, changed)])
    }

    @Test func boundsWhatItKeeps() throws {
        var driver = try SessionDriver()
        _ = try driver.child(question)
        for _ in 1..<Outbox.maximumCount { #expect(try driver.child(changed) == []) }
        let refused = JSONRPCError(.internalError, "The client has no stream open").response(id: JSONText("q"))
        #expect(
            try driver.child(changed)
                == [
                    .report("the server's messages are dropped: the client has no stream open"), .sendToChild(refused),
                ])
        #expect(try driver.child(changed) == [])
        let large = #"{"jsonrpc":"2.0","method":"x","params":"\#(String(repeating: "x", count: 1 << 20))"}"#
        #expect(try driver.child(large) == [])
        #expect(driver.openStream() == [begin(2)])
    }

    @Test func boundsRequestsInFlight() throws {
        var limits = BridgeSession.Limits()
        limits.maximumPending = 1
        var driver = try SessionDriver(limits: limits)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#)
        let actions = try driver.post(#"{"jsonrpc":"2.0","id":2,"method":"a"}"#)
        guard case .answer(_, let answer) = actions.first else {
            Issue.record("expected an answer, got \(actions)")
            return
        }
        #expect(answer.status == .serviceUnavailable)
        #expect(driver.session.pendingCount == 1)
    }
}

/// 2025-03-26, "Transports", "Sending Messages", 3, and its end in 2025-06-18.
@Suite struct BridgeSessionBatchTests {
    @Test func answersABatchWithAnArray() throws {
        var driver = try SessionDriver(version: "2025-03-26")
        let note = #"{"jsonrpc":"2.0","method":"n"}"#
        let a = #"{"jsonrpc":"2.0","id":"a","method":"x"}"#
        let b = #"{"jsonrpc":"2.0","id":"a","method":"y"}"#
        #expect(
            try driver.post(a, note, b) == [
                sent(#"{"jsonrpc":"2.0","id":2,"method":"x"}"#), sent(note),
                sent(#"{"jsonrpc":"2.0","id":3,"method":"y"}"#),
            ])
        #expect(try driver.child(#"{"jsonrpc":"2.0","id":3,"result":3}"#) == [])
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":2,"result":2}"#)
                == [json(2, #"[{"jsonrpc":"2.0","id":"a","result":3},{"jsonrpc":"2.0","id":"a","result":2}]"#)])
    }

    @Test func streamsWhatABatchHasCollected() throws {
        var driver = try SessionDriver(version: "2025-03-26")
        _ = try driver.post(
            #"{"jsonrpc":"2.0","id":5,"method":"x"}"#, #"{"jsonrpc":"2.0","id":6,"method":"y"}"#)
        _ = try driver.child(#"{"jsonrpc":"2.0","id":3,"result":3}"#)
        let first = #"{"jsonrpc":"2.0","id":6,"result":3}"#
        #expect(try driver.child(question) == [begin(2), event(2, first), event(2, question)])
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":2,"result":2}"#)
                == [event(2, #"{"jsonrpc":"2.0","id":5,"result":2}"#), end(2)])
    }

    @Test func refusesBatchesOfVersionsWithoutThem() throws {
        var driver = try SessionDriver(version: "2025-06-18")
        let actions = try driver.post(#"{"jsonrpc":"2.0","id":5,"method":"x"}"#, isBatch: true)
        #expect(
            actions == [.answer(driver.last, .refusal(.badRequest, .invalidRequest, "2025-06-18 has no batches"))])
    }

    @Test func acceptsABatchOfNotifications() throws {
        var driver = try SessionDriver(version: "2025-03-26")
        let note = #"{"jsonrpc":"2.0","method":"n"}"#
        #expect(try driver.post(note, note) == [sent(note), sent(note), .answer(driver.last, .empty(.accepted))])
    }
}

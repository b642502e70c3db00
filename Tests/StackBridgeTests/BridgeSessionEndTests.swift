// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

@Suite struct BridgeSessionEndTests {
    private func unavailable(_ cause: String, id: JSONText?, seconds: Int64 = 1) -> Answer {
        .unavailable(cause, code: .internalError, retryAfter: seconds, id: id)
    }

    @Test func saysByStatusThatTheChildDidNotStart() throws {
        var driver = try SessionDriver(open: false)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#)
        #expect(try driver.child(changed) == [])
        let actions = driver.session.childEnded(cause: "server exited with status 3", retryAfter: 4)
        let answer = unavailable("server exited with status 3", id: JSONText("i"), seconds: 4)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.fields == [.init("Retry-After", "4")])
        #expect(actions == [.answer(driver.last, answer), .end])
        #expect(driver.session.childEnded(cause: "again") == [])
    }

    @Test func saysByEventThatASlowChildDidNotStart() throws {
        var driver = try SessionDriver(open: false)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#)
        _ = try driver.child(changed)
        #expect(
            driver.wait(.seconds(5)) == [
                .beginEvents(driver.last, fields: [.init("Mcp-Session-Id", "s1")]), event(1, changed),
                .sendPing(driver.last),
            ])
        let error = String(buffer: JSONRPCError(.internalError, "gone").response(id: JSONText("i")))
        #expect(driver.session.childEnded(cause: "gone") == [event(1, error), end(1), .end])
    }

    @Test func answersEverythingWhenTheChildIsGone() throws {
        var driver = try SessionDriver(version: "2025-03-26")
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":2,"method":"a"}"#, #"{"jsonrpc":"2.0","id":3,"method":"a"}"#)
        _ = driver.openStream()
        let error = { (id: Int) in String(buffer: JSONRPCError(.internalError, "gone").response(id: JSONText(id))) }
        #expect(
            driver.session.childEnded(cause: "gone")
                == [json(2, error(1)), json(3, "[\(error(2)),\(error(3))]"), end(4), .end])
        #expect(driver.session.phase == .ended)
        #expect(driver.wait(.hours(1)) == [])
    }

    @Test func endsByDelete() throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#)
        let exchange = driver.next()
        #expect(driver.session.delete(exchange) == [begin(2), end(2), .answer(exchange, .empty(.noContent)), .end])
    }

    @Test func endsByDeleteForWhoTakesNoStreams() throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#, accepts: .json)
        let exchange = driver.next()
        let cause = "the session was ended by the client"
        let error = String(buffer: JSONRPCError(.internalError, cause).response(id: JSONText(1)))
        #expect(driver.session.delete(exchange) == [json(2, error), .answer(exchange, .empty(.noContent)), .end])
    }

    /// 2025-11-25, "Transports", "Sending Messages", 6: disconnection is no cancellation.
    @Test func goesOnWhenAClientDisconnects() throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#)
        driver.session.closed(driver.last, now: driver.now)
        #expect(driver.session.pendingCount == 1)
        #expect(try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#) == [])
        #expect(driver.session.pendingCount == 0)
    }
}

@Suite struct BridgeSessionTimeTests {
    @Test func turnsSlowAnswersIntoStreamsAndPingsThem() throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#, accepts: .json)
        let slow = ExchangeID(rawValue: 2)
        #expect(driver.wait(.seconds(4)) == [])
        #expect(driver.wait(.seconds(1)) == [begin(2), .sendPing(slow)])
        #expect(driver.wait(.seconds(14)) == [])
        #expect(driver.wait(.seconds(1)) == [.sendPing(slow)])
        #expect(driver.wait(.seconds(14)) == [])
    }

    @Test func pingsSilentStreamsOnly() throws {
        var driver = try SessionDriver()
        _ = driver.openStream()
        #expect(driver.wait(.seconds(14)) == [])
        _ = try driver.child(changed)
        #expect(driver.wait(.seconds(14)) == [])
        #expect(driver.wait(.seconds(1)) == [.sendPing(driver.last)])
    }

    /// 2025-11-25, "Cancellation", "Behavior Requirements".
    @Test func mapsCancellations() throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":"r","method":"a"}"#)
        let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r"}}"#
        let accepted = try driver.post(cancel)
        #expect(
            accepted == [
                sent(cancel.replacing("\"r\"", with: "2")), .answer(driver.last, .empty(.accepted)),
            ])
        #expect(try driver.post(cancel) == [.answer(driver.last, .empty(.accepted))])
        let error = String(buffer: JSONRPCError(.serverError, "The request was cancelled").response(id: JSONText("r")))
        #expect(driver.wait(.seconds(4)) == [])
        #expect(driver.wait(.seconds(1)) == [.gaveUp(2), json(2, error)])
        #expect(driver.session.isIdle)
    }

    /// It is only advice, and could hit somebody else's request.
    @Test func dropsCancellationsThatCouldMeanTwoRequests() throws {
        var driver = try SessionDriver()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"b"}"#)
        let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#
        #expect(try driver.post(cancel) == [.answer(driver.last, .empty(.accepted))])
        #expect(driver.session.pendingCount == 2)
    }

    @Test func endsWhenNothingIsOpenForLong() throws {
        var driver = try SessionDriver()
        _ = driver.openStream()
        _ = driver.wait(.hours(2))
        #expect(driver.session.phase == .open)
        driver.session.closed(driver.last, now: driver.now)
        #expect(driver.wait(.minutes(29)) == [])
        #expect(driver.wait(.minutes(1)) == [.end])
    }

    /// A child that never answers must not keep its session alive once the client has gone.
    @Test func endsAlthoughTheChildOwesAnAnswer() throws {
        var limits = BridgeSession.Limits()
        limits.request = nil
        var driver = try SessionDriver(limits: limits)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#)
        driver.session.closed(driver.last, now: driver.now)
        #expect(driver.wait(.minutes(30)) == [.end])
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// "Cancellation", "Progress" and "Ping", which are the same from 2024-11-05 to 2025-11-25.
@Suite("2025-11-25, Utilities") struct Specification2025UtilityTests {
    private func cancel(_ id: String) -> String {
        Wire.message("notifications/cancelled", id: nil, #"{"requestId":\#(id)}"#)
    }

    @Test("2025-11-25, Cancellation, Behavior Requirements, 1: only requests that are in progress are cancelled")
    func onlyKnownRequestsAreCancelled() throws {
        var driver = try SessionDriver()
        _ = try driver.post(Wire.message("a", id: "\"r\""))
        // Unknown, of another type, or by the number that the bridge gave it.
        for id in ["\"q\"", "2", "null", "1"] {
            #expect(try driver.post(cancel(id)) == [.answer(driver.last, .empty(.accepted))])
        }
        _ = try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#)
        #expect(try driver.post(cancel("\"r\"")) == [.answer(driver.last, .empty(.accepted))])
    }

    @Test("2025-11-25, Cancellation, Behavior Requirements, 2: the handshake is not cancelled")
    func theHandshakeIsNotCancelled() throws {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var session = BridgeSession(id: "s", isPair: true, limits: .init(), now: start)
        _ = session.openPair(ExchangeID(rawValue: 1), endpoint: "/messages", now: start)
        let post = RequestGate.Post(session: "s", version: nil, accepts: [.json, .events])
        var actions: [SessionAction] = []
        for (number, text) in [Wire.message("initialize", id: "0"), cancel("0")].enumerated() {
            actions += session.receive(
                [try JSONRPCMessage(parsing: ByteBuffer(string: text))], isBatch: false,
                exchange: ExchangeID(rawValue: UInt64(number + 2)), post: post, now: start)
        }
        #expect(actions.count { if case .forward = $0 { true } else { false } } == 1)
        #expect(session.tick(now: start + .seconds(6)) == [])
        #expect(session.pendingCount == 1)
    }

    @Test("2025-11-25, Cancellation, Timing Considerations: an answer that crosses its cancellation still arrives")
    func answersMayCrossCancellations() throws {
        var driver = try SessionDriver()
        _ = try driver.post(Wire.message("a", id: "\"r\""))
        _ = try driver.post(cancel("\"r\""))
        let answer = #"{"jsonrpc":"2.0","id":"r","result":{}}"#
        #expect(try driver.child(answer.replacing("\"r\"", with: "2")) == [json(2, answer)])
        // And one that comes after the client was told is ignored.
        _ = try driver.post(Wire.message("a", id: "\"r\""))
        _ = try driver.post(cancel("\"r\""))
        _ = driver.wait(.seconds(5))
        let late = try driver.child(answer.replacing("\"r\"", with: "3"))
        #expect(late == [.report("dropped an answer to a request that nobody made")])
    }

    @Test("2025-11-25, Cancellation: a server gives up on its own question")
    func serversCancelTheirQuestions() throws {
        var driver = try SessionDriver()
        _ = driver.openStream()
        _ = try driver.child(question)
        #expect(try driver.child(cancel("\"q\"")) == [event(2, cancel("\"q\""))])
    }

    @Test("2025-11-25, Progress, Behavior Requirements, 1: only tokens of requests in progress", arguments: [2, 3, 9])
    func progressNeedsItsRequest(_ token: Int) throws {
        var driver = try SessionDriver()
        _ = try driver.post(Wire.message("a", #"{"_meta":{"progressToken":"t"}}"#))
        // This one asked for none.
        _ = try driver.post(Wire.message("a"))
        _ = driver.openStream()
        let progress = Wire.message("notifications/progress", id: nil, #"{"progressToken":\#(token),"progress":1}"#)
        let own = progress.replacing(#"n":\#(token),"#, with: #"n":"t","#)
        #expect(try driver.child(progress) == (token == 2 ? [begin(2), event(2, own)] : []))
        // Implementation Notes: none after the answer.
        _ = try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#)
        #expect(try driver.child(progress) == [])
    }

    @Test("2025-11-25, Ping, Behavior Requirements, 1: a client's ping is answered", arguments: [true, false])
    func clientsPing(_ shares: Bool) async throws {
        for arguments in [["--tools"], ["--stateless"]] {
            try await TestBridge.run(arguments, configure: { $0.sharesSessions = shares }) { bridge in
                let connection = try await bridge.connect()
                let session = try await bridge.initialize(connection)
                let (head, body) = try await connection.exchange(Wire.message("ping", id: "\"p\""), session: session)
                #expect(head?.status == .ok)
                #expect(body == #"{"jsonrpc":"2.0","id":"p","result":{}}"#)
            }
        }
    }

    @Test("2025-11-25, Ping, Behavior Requirements, 1: a server's ping is answered, also when no client listens")
    func serversPing() throws {
        let ping = #"{"jsonrpc":"2.0","id":"p","method":"ping"}"#
        var driver = try SessionDriver()
        #expect(
            try driver.child(ping) == [.sendToChild(ByteBuffer(string: #"{"jsonrpc":"2.0","id":"p","result":{}}"#))])
        _ = driver.openStream()
        #expect(try driver.child(ping) == [event(2, ping)])
    }
}

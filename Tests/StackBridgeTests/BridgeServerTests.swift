// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import StackBridge

private func call(_ method: String, id: String = "1", _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
}

private func result(_ value: String, id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":\#(value)}"#
}

@Suite struct BridgeServerTests {
    @Test func servesASessionFromEndToEnd() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let (head, body) = try await connection.exchange(call("initialize", id: "\"i\""))
            #expect(head?.status == .ok)
            #expect(head?.headers.first(name: "content-type") == "application/json")
            #expect(body.hasPrefix(#"{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"2025-03-26""#))
            let session = try #require(head?.headers.first(name: "Mcp-Session-Id"))
            #expect(session.utf8.count == 32)

            let note = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
            let (accepted, nothing) = try await connection.exchange(note, session: session)
            #expect(accepted?.status == .accepted)
            #expect(nothing.isEmpty)

            let parameters = "{\n  \"n\": 1.50, \"u\": \"\\u00e9é\" ,\"a\":[ ]}"
            let (_, echoed) = try await connection.exchange(call("echo", id: "[1, 2]", parameters), session: session)
            #expect(echoed == result(parameters.replacing("\n", with: " "), id: "[1, 2]"))

            try await connection.send(.DELETE, session: session)
            #expect(await connection.head()?.status == .noContent)
            _ = await connection.body()
            let (gone, error) = try await connection.exchange(call("echo"), session: session)
            #expect(gone?.status == .notFound)
            #expect(error.contains("-32001"))
            #expect(try await connection.exchange(call("initialize"), session: session).0?.status == .notFound)
        }
    }

    @Test func keepsEqualIdsApartWhenAnswersComeOutOfOrder() async throws {
        try await TestBridge.run { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(first)
            try await first.send(session: session, body: call("hold"))
            // The child reads in order, and it got the first request before the second one is sent.
            while try await bridge.server.inspect({ $0.sessions.values.first?.core.pendingCount }) == 0 {}
            let (_, secondBody) = try await second.exchange(call("release"), session: session)
            #expect(secondBody == result("\"second\""))
            _ = await first.head()
            #expect(await first.body() == result("\"first\""))
        }
    }

    @Test func streamsProgress() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let parameters = #"{"_meta":{"progressToken":"t"}}"#
            try await connection.send(session: session, body: call("progress", id: "null", parameters))
            let head = try #require(await connection.head())
            #expect(head.headers.first(name: "content-type") == "text/event-stream")
            #expect(head.headers.first(name: "cache-control") == "no-cache")
            #expect(head.headers.first(name: "x-accel-buffering") == "no")
            for step in 1...3 {
                let event = try await connection.event()
                #expect(event?.hasSuffix(#""params":{"progressToken":"t","progress":\#(step)}}"#) == true)
            }
            #expect(try await connection.event() == result("{}", id: "null"))
            #expect(try await connection.event() == nil)
            // The connection stays usable.
            #expect(try await connection.exchange(call("echo"), session: session).1 == result("{}"))
        }
    }

    @Test func carriesQuestionsOfTheServer() async throws {
        try await TestBridge.run { bridge in
            let (asking, answering) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(asking)
            try await asking.send(session: session, body: call("ask"))
            _ = await asking.head()
            #expect(try await asking.event() == #"{"jsonrpc":"2.0","id":"question","method":"roots/list"}"#)
            let answer = #"{"jsonrpc":"2.0","id":"question","result":{"roots":[]}}"#
            #expect(try await answering.exchange(answer, session: session).0?.status == .accepted)
            #expect(try await asking.event() == result(answer))
        }
    }

    @Test func keepsNotificationsForTheStreamAndReplacesIt() async throws {
        try await TestBridge.run { bridge in
            let (posting, old, new) = (
                try await bridge.connect(), try await bridge.connect(), try await bridge.connect()
            )
            let session = try await bridge.initialize(posting)
            let changed = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
            _ = try await posting.exchange(call("changed"), session: session)
            try await old.send(.GET, session: session)
            #expect(await old.head()?.status == .ok)
            #expect(try await old.event() == changed)
            try await new.send(.GET, session: session)
            #expect(await new.head()?.status == .ok)
            #expect(try await old.event() == nil)
            _ = try await posting.exchange(call("changed"), session: session)
            #expect(try await new.event() == changed)
        }
    }

    @Test func answersABatch() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let note = #"{"jsonrpc":"2.0","method":"n"}"#
            let batch = "[\(call("echo", id: "1", "[1]")),\(note),\(call("echo", id: "1", "[2]"))]"
            let (_, body) = try await connection.exchange(batch, session: session)
            #expect(body == "[\(result("[1]")),\(result("[2]"))]")
        }
    }

    @Test func refusesWithoutStartingAnything() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let (noSession, body) = try await connection.exchange(call("tools/list", id: "7"))
            #expect(noSession?.status == .badRequest)
            #expect(body.contains(#""id":7,"error":{"code":-32000"#))
            #expect(try await connection.exchange("{").0?.status == .badRequest)
            try await connection.send(headers: [("Host", "evil.example")], body: call("initialize"))
            let misdirected = await connection.head()
            #expect(misdirected?.status == .misdirectedRequest)
            #expect(misdirected?.headers.first(name: "connection") == "close")
            #expect(try await bridge.server.inspect { $0.children.count } == 0)
        }
    }

    @Test func refusesLargeBodiesAnnouncedOrNot() async throws {
        try await TestBridge.run { bridge in
            let announced = try await bridge.connect()
            try await announced.send(length: 5 << 20)
            #expect(await announced.head()?.status == .payloadTooLarge)
            let chunked = try await bridge.connect()
            try await chunked.send(headers: [("Transfer-Encoding", "chunked")], length: -1)
            try await chunked.finish(String(repeating: "x", count: 5 << 20))
            #expect(await chunked.head()?.status == .payloadTooLarge)
            let large = try await bridge.connect()
            let session = try await bridge.initialize(large)
            let text = String(repeating: "x", count: 4_000_000)
            let (head, echoed) = try await large.exchange(call("echo", id: "1", "[\"\(text)\"]"), session: session)
            #expect(head?.status == .ok)
            #expect(echoed == result("[\"\(text)\"]"))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

private func call(_ method: String, id: String = "1", _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
}

@Suite struct EventLogTests {
    private func bytes(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }
    private let first = ExchangeID(rawValue: 3)
    private let second = ExchangeID(rawValue: 5)

    @Test func eventsAreNamedByTheirStream() {
        var log = EventLog()
        #expect(log.record(bytes("a"), on: first) == "3-1")
        #expect(log.record(bytes("b"), on: second) == "5-1")
        #expect(log.record(bytes("c"), on: first) == "3-2")
        #expect(log.replay(after: "3-1")?.entries.map(\.id) == ["3-2"])
        #expect(log.replay(after: "3-2")?.entries == [])
        #expect(log.replay(after: "5-0")?.entries.map(\.bytes) == [bytes("b")])
        log.continue(3, on: ExchangeID(rawValue: 9))
        #expect(log.record(bytes("d"), on: ExchangeID(rawValue: 9)) == "3-3")
    }

    @Test(arguments: ["", "3", "3-", "-1", "x-1", "3-x", "3-2", "4-1", "3-1-1"])
    func whatIsNotKnownIsNotReplayed(_ id: String) {
        var log = EventLog()
        _ = log.record(bytes("a"), on: first)
        #expect(log.replay(after: id) == nil)
    }

    @Test func aStreamThatWentOnElsewhereKeepsItsNumbers() {
        var log = EventLog()
        #expect(log.record(bytes("a"), on: first) == "3-1")
        log.continue(3, on: second)
        log.forget(first)
        // Nothing of it is kept any more.
        _ = log.record(ByteBuffer(repeating: 0, count: 300 << 10), on: ExchangeID(rawValue: 9))
        #expect(log.record(bytes("b"), on: second) == "3-2")
        log.forget(second)
        #expect(log.replay(after: "3-1")?.entries.map(\.id) == ["3-2"])
    }

    @Test func whatIsKeptIsBounded() {
        var log = EventLog()
        for _ in 0..<100 { _ = log.record(bytes("x"), on: first) }
        #expect(log.replay(after: "3-10") == nil)
        #expect(log.replay(after: "3-36")?.entries.count == 64)
        _ = log.record(ByteBuffer(repeating: 0, count: 300 << 10), on: second)
        #expect(log.replay(after: "3-99") == nil)
        #expect(log.replay(after: "3-100")?.entries == [])
        log.forget(first)
        #expect(log.replay(after: "3-100") == nil)
        // A name is never given twice, as long as the stream goes on.
        #expect(log.record(bytes("y"), on: second) == "5-2")
    }
}

/// 2025-11-25, Streamable HTTP, "Resumability and Redelivery".
@Suite struct ResumptionTests {
    private func opened(_ bridge: TestBridge, _ connection: TestConnection) async throws -> String {
        let (head, _) = try await connection.exchange(call("initialize"))
        return try #require(head?.headers.first(name: "Mcp-Session-Id"))
    }

    private func get(_ connection: TestConnection, _ session: String, after id: String) async throws {
        try await connection.send(.GET, session: session, headers: [("Last-Event-ID", id)])
        #expect(await connection.head()?.headers.first(name: "content-type") == "text/event-stream")
    }

    @Test func anAnswerWhoseConnectionBrokeIsStillThere() async throws {
        try await TestBridge.run { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let session = try await opened(bridge, first)
            let held = call("stream", id: "\"h\"", #"{"_meta":{"progressToken":"t"}}"#)
            try await first.send(session: session, body: held)
            _ = await first.head()
            let progress = try #require(try await first.namedEvent())
            #expect(progress.data.contains(#""progressToken":"t""#))
            let id = try #require(progress.id)
            try await first.close()
            while try await bridge.server.inspect({ $0.sessions.values.first?.core.exchanges.values.first?.isDetached })
                != true
            {}
            // The answer comes while nobody listens.
            _ = try await second.exchange(call("release"), session: session)
            while try await bridge.server.inspect({ $0.sessions.values.first?.core.pendingCount }) != 0 {}
            try await get(second, session, after: id)
            #expect(try await second.event() == #"{"jsonrpc":"2.0","id":"h","result":"first"}"#)
            #expect(try await second.event() == nil)
        }
    }

    @Test func aRequestGoesOnOnTheNewConnection() async throws {
        try await TestBridge.run { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let session = try await opened(bridge, first)
            try await first.send(session: session, body: call("stream", #"{"_meta":{"progressToken":"t"}}"#))
            _ = await first.head()
            let id = try #require(try await first.namedEvent()?.id)
            try await first.close()
            while try await bridge.server.inspect({ $0.sessions.values.first?.core.exchanges.values.first?.isDetached })
                != true
            {}
            try await get(second, session, after: id)
            let third = try await bridge.connect()
            _ = try await third.exchange(call("release"), session: session)
            let answer = try #require(try await second.namedEvent())
            #expect(answer.data == #"{"jsonrpc":"2.0","id":1,"result":"first"}"#)
            #expect(answer.id?.hasPrefix(id.prefix { $0 != "-" }) == true)
            #expect(try await second.event() == nil)
        }
    }

    @Test func newsOfABrokenStreamComeAgain() async throws {
        try await TestBridge.run { bridge in
            let (first, second, third) = (
                try await bridge.connect(), try await bridge.connect(), try await bridge.connect()
            )
            let session = try await opened(bridge, first)
            try await first.send(.GET, session: session)
            _ = await first.head()
            _ = try await third.exchange(call("changed"), session: session)
            let event = try #require(try await first.namedEvent())
            #expect(event.data == changed)
            _ = try await third.exchange(call("changed"), session: session)
            #expect(try await first.event() == changed)
            try await first.close()
            try await get(second, session, after: try #require(event.id))
            #expect(try await second.event() == changed)
        }
    }

    @Test func whatIsNotKnownBeginsAfresh() async throws {
        try await TestBridge.run { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let session = try await opened(bridge, first)
            try await get(second, session, after: "99-1")
            _ = try await first.exchange(call("changed"), session: session)
            #expect(try await second.event() == changed)
        }
    }
}

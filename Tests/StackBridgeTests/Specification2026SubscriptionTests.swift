// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// 2026-07-28, "Subscriptions", and what "Cancellation" says of them.
@Suite("2026-07-28: subscriptions") struct Specification2026SubscriptionTests {
    private static let tag = "io.modelcontextprotocol/subscriptionId"

    private func listen(_ connection: TestConnection, id: String, _ params: String) async throws {
        let body = Wire.stateless("subscriptions/listen", id: id, params)
        try await connection.send(headers: Wire.fields("subscriptions/listen"), body: body)
        let head = try #require(await connection.head())
        #expect(head.status == .ok)
        #expect(head.headers.first(name: "X-Accel-Buffering") == "no")
    }

    private func event(_ connection: TestConnection) async throws -> JSONText {
        try JSONText(validating: ByteBuffer(string: try #require(try await connection.event())))
    }

    private func member(_ text: JSONText, _ path: String...) -> JSONText? {
        path.reduce(text as JSONText?) { $0?.member($1) }
    }

    @Test("2026-07-28, Subscriptions, Acknowledgment: the first message of every kind of server's stream")
    func theAcknowledgementComesFirst() async throws {
        for arguments in [["--news"], ["--stateless"]] {
            try await TestBridge.runShared(arguments) { bridge in
                let connection = try await bridge.connect()
                try await listen(connection, id: "\"L\"", #""notifications":{"toolsListChanged":true}"#)
                let first = try await event(connection)
                #expect(first.member("method")?.stringValue == "notifications/subscriptions/acknowledged")
                #expect(member(first, "params", "_meta", Self.tag) == JSONText("L"))
                #expect(member(first, "params", "notifications")?.kind == .object)
            }
        }
    }

    /// Two clients may choose the same id, and one may have several subscriptions.
    @Test("2026-07-28, Subscriptions, Multiple Concurrent: each stream gets what it asked for, under its own id")
    func subscriptionsAreApart() async throws {
        try await TestBridge.runShared(["--news"]) { bridge in
            let (tools, resource, nothing) = (
                try await bridge.connect(), try await bridge.connect(), try await bridge.connect()
            )
            try await listen(tools, id: "1", #""notifications":{"toolsListChanged":true}"#)
            try await listen(resource, id: "1", #""notifications":{"resourceSubscriptions":["file:///x"]}"#)
            try await listen(nothing, id: "3", #""notifications":{"toolsListChanged":false}"#)
            for connection in [tools, resource, nothing] { _ = try await event(connection) }
            try await bridge.wait { $0.shared?.conversation.subscribers.isEmpty == false }
            let caller = try await bridge.connect()
            for _ in 0..<2 {
                _ = try await caller.stateless("changed")
                _ = try await caller.stateless("update")
            }
            for _ in 0..<2 {
                let change = try await event(tools)
                #expect(change.member("method")?.stringValue == "notifications/tools/list_changed")
                #expect(member(change, "params", "_meta", Self.tag) == JSONText(1))
                let update = try await event(resource)
                #expect(update.member("method")?.stringValue == "notifications/resources/updated")
                #expect(member(update, "params", "uri") == JSONText("file:///x"))
            }
            // Whoever asked for nothing learns of the end alone.
            bridge.server.stop()
            #expect(try await event(nothing).member("result") != nil)
        }
    }

    @Test(
        "2026-07-28, Subscriptions, Graceful Closure: when the bridge stops, the request is answered",
        arguments: [["--news"], ["--stateless"]])
    func stoppingIsGraceful(_ arguments: [String]) async throws {
        try await TestBridge.runShared(arguments) { bridge in
            let connection = try await bridge.connect()
            try await listen(connection, id: "\"L\"", #""notifications":{}"#)
            _ = try await event(connection)
            if arguments == ["--stateless"] { _ = try await event(connection) }
            bridge.server.stop()
            let last = try await event(connection)
            #expect(last.member("id") == JSONText("L"))
            #expect(member(last, "result", "resultType") == JSONText("complete"))
            #expect(member(last, "result", "_meta", Self.tag) == JSONText("L"))
            #expect(try await connection.event() == nil)
        }
    }

    @Test(
        "2026-07-28, Subscriptions, Cancellation: a server that ends a subscription ends its stream",
        arguments: [#""end":1"#, #""cancel":1"#])
    func serversEndSubscriptions(_ how: String) async throws {
        try await TestBridge.runShared(["--stateless"]) { bridge in
            let connection = try await bridge.connect()
            try await listen(connection, id: "\"L\"", #""notifications":{},\#(how)"#)
            for _ in 0..<2 {
                #expect(member(try await event(connection), "params", "_meta", Self.tag) == JSONText("L"))
            }
            let last = try await event(connection)
            #expect(last.member("id") == JSONText("L"))
            #expect(member(last, "result", "_meta", Self.tag) == JSONText("L"))
            #expect(try await connection.event() == nil)
        }
    }

    @Test("2026-07-28, Subscriptions, Cancellation: a client ends its subscription by closing the stream")
    func clientsEndSubscriptions() async throws {
        try await TestBridge.runShared(["--stateless"]) { bridge in
            let (leaving, staying) = (try await bridge.connect(), try await bridge.connect())
            try await listen(leaving, id: "1", #""notifications":{}"#)
            _ = try await event(leaving)
            let number = try await bridge.server.inspect { $0.shared?.conversation.pending.keys.first }
            try await leaving.close()
            try await bridge.wait { $0.shared?.conversation.pending.isEmpty == true }
            let heard = try await staying.stateless("heard").body
            #expect(heard.contains(#""params":{"requestId":\#(try #require(number)),"#))
        }
    }
}

/// 2026-07-28, "Multi Round-Trip Requests".
@Suite("2026-07-28: multi round-trip requests") struct Specification2026InputTests {
    private static let asking = Wire.meta(capabilities: #"{"elicitation":{}}"#)

    private func state(_ answer: Received) throws -> String {
        try #require(answer.value("result", "requestState")?.stringValue)
    }

    @Test(
        "2026-07-28, MRTR, Server Requirements, 4: state that nobody gave out is rejected", arguments: [true, false])
    func unknownStatesAreRejected(_ shares: Bool) async throws {
        try await TestBridge.run(["--asks"], configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let made = #""name":"t","requestState":"0123456789abcdef0123456789abcdef","inputResponses":{"q1":{}}"#
            for meta in [Self.asking, Wire.meta()] {
                let answer = try await connection.stateless("tools/call", made, name: "t", meta: meta)
                #expect(answer.status == 400)
                #expect(answer.code == -32602 && answer.id == "1")
            }
        }
    }

    @Test("2026-07-28, MRTR, Server Requirements, 5: a state is for the method that it was given for, and once")
    func statesAreForTheirRequest() async throws {
        try await TestBridge.run(["--asks"]) { bridge in
            let connection = try await bridge.connect()
            let asked = try await connection.stateless("tools/call", #""name":"t""#, name: "t", meta: Self.asking)
            // At least one of `inputRequests` and `requestState` (6), and no caching hints.
            #expect(asked.value("result", "inputRequests")?.kind == .object)
            #expect(asked.value("result", "ttlMs") == nil)
            let answers = #""inputResponses":{"q1":{"action":"accept"}},"requestState":"\#(try state(asked))""#
            let other = try await connection.stateless(
                "prompts/get", #""name":"t",\#(answers)"#, name: "t", meta: Self.asking)
            #expect(other.status == 400 && other.code == -32602)
            let right = try await connection.stateless(
                "tools/call", id: "2", #""name":"t",\#(answers)"#, name: "t", meta: Self.asking)
            #expect(right.status == 200 && right.id == "2")
            let again = try await connection.stateless(
                "tools/call", id: "3", #""name":"t",\#(answers)"#, name: "t", meta: Self.asking)
            #expect(again.status == 400 && again.code == -32602)
        }
    }

    @Test("2026-07-28, MRTR, Supported Requests: nothing but these methods is answered by a question")
    func otherMethodsAreNeverAsked() throws {
        for method in ["tools/list", "completion/complete", "subscriptions/listen", "server/discover"] {
            let text = Wire.stateless(method, meta: Self.asking)
            #expect(Dialogue.capabilities(of: try JSONRPCMessage(parsing: ByteBuffer(string: text))) == nil)
        }
    }

    /// It may still ask something, or answer, and neither is for the client that comes next.
    @Test("2026-07-28, Streamable HTTP, Cancellation: a server whose client left while it worked serves nobody else")
    func whoWasCancelledIsNotUsedAgain() async throws {
        try await TestBridge.run(["--deaf"]) { bridge in
            let leaving = try await bridge.connect()
            let body = Wire.stateless("tools/call", #""name":"t""#, meta: Self.asking)
            try await leaving.send(headers: Wire.fields("tools/call", name: "t"), body: body)
            try await bridge.wait { $0.dialogues.values.first?.conversation.pending.count == 1 }
            try await leaving.close()
            try await bridge.wait { $0.waiting.isEmpty }
            #expect(try await bridge.server.inspect { $0.dialogues.count } == 0)
        }
    }
}

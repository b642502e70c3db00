// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

private func call(_ method: String, id: String = "1", _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
}

private let meta =
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

extension TestConnection {
    /// Sends a stateless request.
    fileprivate func post(_ method: String, _ params: String = "", id: String = "1", name: String? = nil) async throws {
        let parameters = params.isEmpty ? meta : params + "," + meta
        var fields = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)]
        if let name { fields.append(("Mcp-Name", name)) }
        try await send(headers: fields, body: call(method, id: id, "{\(parameters)}"))
    }

    /// Sends a stateless request and takes its whole answer.
    func ask(
        _ method: String, _ params: String = "", id: String = "1", name: String? = nil
    ) async throws -> (HTTPResponseHead?, String) {
        try await post(method, params, id: id, name: name)
        let head = await head()
        return (head, await body())
    }
}

/// One child for all, through real connections.
@Suite struct BridgeSharedTests {
    @Test func oneChildServesManySessions() async throws {
        try await TestBridge.runShared { bridge in
            let connections = [try await bridge.connect(), try await bridge.connect(), try await bridge.connect()]
            var sessions: [String] = []
            for connection in connections { sessions.append(try await bridge.initialize(connection)) }
            #expect(Set(sessions).count == 3)
            for (connection, session) in zip(connections, sessions) {
                let (_, body) = try await connection.exchange(call("echo", #"{"s":"\#(session)"}"#), session: session)
                #expect(body == #"{"jsonrpc":"2.0","id":1,"result":{"s":"\#(session)"}}"#)
            }
            #expect(try await bridge.server.inspect { $0.children.count } == 1)
        }
    }

    @Test func equalIdsOfTwoSessionsNeverMeet() async throws {
        try await TestBridge.runShared { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let (one, two) = (try await bridge.initialize(first), try await bridge.initialize(second))
            try await first.send(session: one, body: call("hold"))
            while try await bridge.server.inspect({ $0.shared?.conversation.pending.count }) != 1 {}
            let (_, body) = try await second.exchange(call("release"), session: two)
            #expect(body == #"{"jsonrpc":"2.0","id":1,"result":"second"}"#)
            _ = await first.head()
            #expect(await first.body() == #"{"jsonrpc":"2.0","id":1,"result":"first"}"#)
        }
    }

    @Test func newsGoToAllAndLogsToNobody() async throws {
        try await TestBridge.runShared(["--news"]) { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let one = try await bridge.initialize(first)
            let two = try await bridge.initialize(second)
            try await second.send(.GET, session: two)
            _ = await second.head()
            _ = try await first.exchange(call("log"), session: one)
            _ = try await first.exchange(call("changed"), session: one)
            #expect(try await second.event() == changed)
        }
    }

    @Test func aCrashEndsAllSessionsAndTheNextOneIsServed() async throws {
        try await TestBridge.runShared { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let (one, two) = (try await bridge.initialize(first), try await bridge.initialize(second))
            let (head, body) = try await first.exchange(call("exit"), session: one)
            #expect(head?.status == .ok)
            #expect(body.contains("-32603"))
            #expect(try await second.exchange(call("echo"), session: two).0?.status == .notFound)
            // A server that dies young is held back for a moment.
            let (refused, _) = try await second.exchange(call("initialize"))
            if refused?.status == .serviceUnavailable {
                #expect(refused?.headers.first(name: "Retry-After") == "1")
            } else {
                #expect(refused?.status == .ok)
            }
        }
    }

    @Test func theLogTellsHowManyWaitedForAServerThatEnded() async throws {
        try await TestBridge.runShared { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(first)
            try await first.send(session: session, body: call("hold"))
            while try await bridge.server.inspect({ $0.shared?.conversation.pending.count }) != 1 {}
            _ = try await second.ask("exit")
            #expect(bridge.log.lines.contains("server exited with status 3; 2 requests were waiting"))
        }
    }

    @Test func anAnswerThatIsTooLongFailsOnlyItsRequest() async throws {
        try await TestBridge.runShared { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let (one, two) = (try await bridge.initialize(first), try await bridge.initialize(second))
            try await second.send(session: two, body: call("hold"))
            while try await bridge.server.inspect({ $0.shared?.conversation.pending.count }) != 1 {}
            let (head, body) = try await first.exchange(call("huge", id: #""h""#), session: one)
            #expect(head?.status == .ok)
            #expect(body.contains(#""id":"h""#) && body.contains("The server's answer has more than 16 MiB"))
            #expect(try await first.exchange(call("release"), session: one).0?.status == .ok)
            _ = await second.head()
            #expect(await second.body() == #"{"jsonrpc":"2.0","id":1,"result":"first"}"#)
            #expect(bridge.log.lines.contains("not a message on the server's stdout: a line of more than 16 MiB"))
        }
    }

    @Test func anAbandonedSessionMakesRoom() async throws {
        try await TestBridge.runShared(configure: {
            $0.maximumSessions = 2
            $0.session.spare = .zero
        }) { bridge in
            let connections = [try await bridge.connect(), try await bridge.connect(), try await bridge.connect()]
            let listening = try await bridge.initialize(connections[0])
            try await connections[0].send(.GET, session: listening)
            _ = await connections[0].head()
            let abandoned = try await bridge.initialize(connections[1])
            let next = try await bridge.initialize(connections[2])
            #expect(try await connections[1].exchange(call("echo"), session: abandoned).0?.status == .notFound)
            #expect(try await connections[1].exchange(call("echo"), session: next).0?.status == .ok)
            #expect(try await bridge.server.inspect { $0.sessions[listening] != nil && $0.sessions.count == 2 })
        }
    }

    @Test func sessionsInUseKeepTheirPlace() async throws {
        try await TestBridge.runShared(configure: { $0.maximumSessions = 1 }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            #expect(try await connection.exchange(call("initialize")).0?.status == .serviceUnavailable)
            #expect(try await connection.exchange(call("echo"), session: session).0?.status == .ok)
        }
    }

    @Test func aSessionThatEndsLeavesTheChild() async throws {
        try await TestBridge.runShared { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let (one, two) = (try await bridge.initialize(first), try await bridge.initialize(second))
            try await first.send(.DELETE, session: one)
            #expect(await first.head()?.status == .noContent)
            #expect(try await second.exchange(call("echo"), session: two).0?.status == .ok)
            #expect(try await bridge.server.inspect { $0.shared?.conversation.parties.count } == 1)
        }
    }

    @Test func aServerThatDoesNotStartIsAnsweredFor() async throws {
        try await TestBridge.runShared(["7"]) { bridge in
            let connection = try await bridge.connect()
            let (head, body) = try await connection.exchange(call("initialize"))
            #expect(head?.status == .serviceUnavailable)
            #expect(body.contains("exited with status 7"))
            let (other, text) = try await connection.ask("tools/list")
            #expect(other?.status == .serviceUnavailable)
            #expect(other?.headers.contains(name: "Retry-After") == true)
            #expect(text.contains("status 7"))
        }
    }
}

/// Stateless clients in front of every kind of server.
@Suite struct BridgeStatelessTests {
    @Test(arguments: [true, false]) func theyAreServedByAServerWithAHandshake(_ shares: Bool) async throws {
        try await TestBridge.run(["--news"], configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let (head, body) = try await connection.ask("server/discover", id: "\"d\"")
            #expect(head?.status == .ok)
            #expect(head?.headers.contains(name: "Mcp-Session-Id") == false)
            let capabilities = #"{"tools":{"listChanged":true},"resources":{"subscribe":true}}"#
            let info = #"{"io.modelcontextprotocol/serverInfo":{"name":"e","version":"1"}}"#
            #expect(
                body
                    == #"{"jsonrpc":"2.0","id":"d","result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":\#(capabilities),"instructions":"i","ttlMs":0,"cacheScope":"private","_meta":\#(info)}}"#
            )
            let (called, answer) = try await connection.ask("tools/call", #""name":"x""#, name: "x")
            #expect(called?.status == .ok)
            #expect(
                answer
                    == #"{"jsonrpc":"2.0","id":1,"result":{"name":"x","resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"e","version":"1"}}}}"#
            )
            let (unknown, error) = try await connection.ask("unknown")
            #expect(unknown?.status == .notFound)
            #expect(error.contains("-32601"))
            #expect(try await bridge.server.inspect { $0.children.count } == 1)
        }
    }

    @Test func theyGetProgressAndCancelByLeaving() async throws {
        try await TestBridge.runShared { bridge in
            let connection = try await bridge.connect()
            // Progress belongs to the request whose token it names.
            let tagged = meta.replacing(#""_meta":{"#, with: #""_meta":{"progressToken":"t","#)
            try await connection.send(
                headers: [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "progress")],
                body: call("progress", "{\(tagged)}"))
            #expect(await connection.head()?.headers.first(name: "content-type") == "text/event-stream")
            for step in 1...3 {
                #expect(try await connection.event()?.contains(#""progressToken":"t","progress":\#(step)"#) == true)
            }
            #expect(try await connection.event()?.contains(#""resultType":"complete""#) == true)

            let other = try await bridge.connect()
            try await other.post("hold")
            while try await bridge.server.inspect({ $0.shared?.conversation.pending.count }) != 1 {}
            try await other.close()
            while try await bridge.server.inspect({ $0.shared?.calls.count }) != 0 {}
            #expect(try await bridge.server.inspect { $0.shared?.conversation.pending.count } == 0)
        }
    }

    @Test func theyHearNews() async throws {
        try await TestBridge.runShared(["--news"]) { bridge in
            let (listener, caller) = (try await bridge.connect(), try await bridge.connect())
            let filter = #""notifications":{"toolsListChanged":true,"resourceSubscriptions":["file:///x"]}"#
            try await listener.post("subscriptions/listen", filter, id: "9")
            #expect(await listener.head()?.headers.first(name: "content-type") == "text/event-stream")
            #expect(try await listener.event()?.contains("notifications/subscriptions/acknowledged") == true)
            while try await bridge.server.inspect({ $0.shared?.conversation.subscribers.count }) != 1 {}
            _ = try await caller.ask("changed")
            let event = try await listener.event()
            #expect(event?.contains("notifications/tools/list_changed") == true)
            #expect(event?.contains(#""io.modelcontextprotocol/subscriptionId":9"#) == true)
            _ = try await caller.ask("update")
            #expect(try await listener.event()?.contains("notifications/resources/updated") == true)
        }
    }

    @Test func oldClientsAreServedByAStatelessServer() async throws {
        for shares in [true, false] {
            try await TestBridge.run(["--stateless"], configure: { $0.sharesSessions = shares }) { bridge in
                let connection = try await bridge.connect()
                let (head, body) = try await connection.exchange(
                    call("initialize", #"{"protocolVersion":"2025-06-18"}"#))
                #expect(head?.status == .ok)
                #expect(body.contains(#""protocolVersion":"2025-06-18""#))
                #expect(body.contains(#""serverInfo":{"name":"s","version":"2"}"#))
                let session = try #require(head?.headers.first(name: "Mcp-Session-Id"))
                let (_, answer) = try await connection.exchange(call("tools/list"), session: session)
                #expect(answer.contains("io.modelcontextprotocol/protocolVersion"))
                let (_, pong) = try await connection.exchange(call("ping"), session: session)
                #expect(pong == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
                // And a stateless client next to it sees the server as it is.
                let (_, own) = try await connection.ask("tools/list")
                #expect(own.contains(#""resultType":"complete""#))
            }
        }
    }

    @Test func theOldWaysAreRefusedToThem() async throws {
        try await TestBridge.runShared { bridge in
            let connection = try await bridge.connect()
            for method: HTTPMethod in [.GET, .DELETE] {
                try await connection.send(method, headers: [("MCP-Protocol-Version", "2026-07-28")])
                let head = await connection.head()
                #expect(head?.status == .methodNotAllowed)
                #expect(head?.headers.first(name: "Allow") == "POST")
                _ = await connection.body()
            }
            try await connection.send(
                headers: [("MCP-Protocol-Version", "2030-01-01")], body: call("tools/list"))
            #expect(await connection.head()?.status == .badRequest)
            let body = await connection.body()
            #expect(body.contains("-32022"))
            #expect(body.contains(#""supported":["2026-07-28","2025-11-25""#))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// Servers that speak HTTP themselves, behind the bridge.
@Suite struct OriginTests {
    static let modern =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

    /// Sends a stateless request.
    static func ask(
        _ connection: TestConnection, _ method: String = "tools/list", headers: [(String, String)] = []
    ) async throws -> (HTTPResponseHead?, String) {
        try await connection.send(
            headers: [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)] + headers,
            body: #"{"jsonrpc":"2.0","id":"m","method":"\#(method)","params":{\#(modern)}}"#)
        return (await connection.head(), await connection.body())
    }

    @Test func eachSessionHasOneOfItsOwn() async throws {
        let origin = TestOrigin { $0.sessionReply() }
        try await TestOrigin.run(origin) { bridge in
            for _ in 0..<2 {
                let connection = try await bridge.connect()
                let session = try await bridge.initialize(connection)
                _ = try await connection.exchange(
                    #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, session: session)
                let (_, body) = try await connection.exchange(
                    #"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#, session: session)
                #expect(body == #"{"jsonrpc":"2.0","id":"a","result":{"tools":[]}}"#)
            }
        }
        #expect(origin.methods.count { $0 == "initialize" } == 2)
        // The bridge ends the sessions that it opened.
        #expect(origin.requests.filter { $0.head.method == .DELETE }.count == 2)
        let list = try #require(origin.requests.first { $0.message?.method == "tools/list" })
        #expect(list.field("mcp-session-id") == "origin-session")
        #expect(list.field("mcp-protocol-version") == "2025-06-18")
        // The server's own address, whatever the client called it.
        #expect(list.field("host")?.hasPrefix("127.0.0.1:") == true)
    }

    @Test func oneSessionServesAllWhenShared() async throws {
        let origin = TestOrigin { $0.sessionReply() }
        try await TestOrigin.run(origin, configure: { $0.sharesSessions = true }) { bridge in
            for _ in 0..<2 { _ = try await bridge.initialize(try await bridge.connect()) }
        }
        #expect(origin.methods.count { $0 == "initialize" } == 1)
    }

    @Test func statelessClientsReachAServerWithSessions() async throws {
        let origin = TestOrigin { request in
            request.message?.method == "server/discover"
                ? .json(.badRequest, "", fields: []) : request.sessionReply()
        }
        try await TestOrigin.run(origin) { bridge in
            let (head, body) = try await Self.ask(try await bridge.connect())
            #expect(head?.status == .ok)
            #expect(body.contains(#""resultType":"complete""#) && body.contains(#""ttlMs":0"#))
        }
        #expect(Array(origin.methods.prefix(3)) == ["server/discover", "initialize", "notifications/initialized"])
    }

    /// Byte for byte: nothing is added to what such a server says.
    @Test func statelessClientsReachAStatelessServer() async throws {
        let origin = TestOrigin { $0.modernReply() }
        try await TestOrigin.run(origin) { bridge in
            let connection = try await bridge.connect()
            let (_, body) = try await Self.ask(connection, headers: [("Mcp-Param-Region", "eu")])
            #expect(
                body
                    == #"{"jsonrpc":"2.0","id":"m","result":{"resultType":"complete","tools":[],"ttlMs":7,"cacheScope":"public"}}"#
            )
            // A client with a session gets one of the server's beside it.
            _ = try await bridge.initialize(try await bridge.connect())
        }
        let list = try #require(origin.requests.first { $0.message?.method == "tools/list" })
        #expect(list.field("mcp-method") == "tools/list")
        #expect(list.field("mcp-param-region") == "eu")
        #expect(origin.methods.contains("initialize"))
    }

    @Test func clientsWithSessionsReachAServerWithoutAny() async throws {
        let origin = TestOrigin { $0.modernReply(hasSessions: false) }
        try await TestOrigin.run(origin) { bridge in
            let connection = try await bridge.connect()
            let opened = try await connection.roundTrip(body: Wire.message("initialize"))
            // Who has no name gets one, as the beginning of a session has to carry one.
            #expect(opened.value("result", "serverInfo", "name")?.kind == .string)
            #expect(opened.value("result", "serverInfo", "version")?.kind == .string)
            let (_, body) = try await connection.exchange(
                #"{"jsonrpc":"2.0","id":4,"method":"tools/list"}"#, session: opened.header("Mcp-Session-Id"))
            #expect(body.contains(#""id":4"#) && body.contains(#""tools":[]"#))
        }
    }

    @Test func progressComesAsItHappens() async throws {
        let origin = TestOrigin { request in
            request.sessionReply { request in
                guard request.message?.method == "tools/call" else { return nil }
                let token = request.message?.progressToken.map { String(buffer: $0.bytes) } ?? "null"
                let progress =
                    #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(token),"progress":1}}"#
                return .events([
                    ServerSentEvent(data: ByteBuffer(string: progress)),
                    ServerSentEvent(data: ByteBuffer(string: request.result(#""done""#))),
                ])
            }
        }
        try await TestOrigin.run(origin) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            try await connection.send(
                session: session,
                body: #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"_meta":{"progressToken":"p"}}}"#)
            #expect(await connection.head()?.status == .ok)
            #expect(try await connection.event()?.contains(#""progressToken":"p""#) == true)
            #expect(try await connection.event() == #"{"jsonrpc":"2.0","id":9,"result":"done"}"#)
        }
    }

    @Test func whatTheServerSaysUnaskedArrives() async throws {
        let news = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
        let origin = TestOrigin { request in
            request.sessionReply {
                $0.head.method == .GET ? .open([ServerSentEvent(data: ByteBuffer(string: news))]) : nil
            }
        }
        try await TestOrigin.run(origin) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            _ = try await connection.exchange(
                #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, session: session)
            try await connection.send(.GET, session: session)
            #expect(await connection.head()?.status == .ok)
            #expect(try await connection.event() == news)
        }
    }

    @Test func aForgottenSessionEndsTheClientsToo() async throws {
        let origin = TestOrigin { request in
            request.sessionReply { $0.message?.method == "tools/list" ? .json(.notFound) : nil }
        }
        try await TestOrigin.run(origin) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#
            let (_, body) = try await connection.exchange(list, session: session)
            #expect(body.contains("the server has forgotten the session"))
            let (head, _) = try await connection.exchange(list, session: session)
            #expect(head?.status == .notFound)
            // Starting over works at once: a server that runs has not failed.
            _ = try await bridge.initialize(connection)
        }
    }

    @Test func aServerThatIsNotThereIsSaid() async throws {
        let origin = TestOrigin { _ in .nothing }
        let address = try await origin.start()
        try await origin.stop()
        try await TestBridge.run(
            command: [], configure: { $0.origin = BridgeConfiguration.Origin(address: address) }
        ) { bridge in
            let connection = try await bridge.connect()
            let (head, body) = try await connection.exchange(#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#)
            #expect(head?.status == .serviceUnavailable)
            #expect(body.contains("cannot reach 127.0.0.1:\(address.port): Connection refused"))
            #expect(head?.headers.first(name: "Retry-After") != nil)
        }
    }

    @Test func tooMuchAtOnceFailsOnlyWhatIsTooMuch() async throws {
        let origin = TestOrigin { request in
            request.sessionReply { $0.message?.method == "hold" ? .open([]) : nil }
        }
        try await TestOrigin.run(origin, configure: { $0.origin?.maximumConnections = 2 }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            var held: [TestConnection] = []
            for number in 1...2 {
                let other = try await bridge.connect()
                try await other.send(session: session, body: #"{"jsonrpc":"2.0","id":\#(number),"method":"hold"}"#)
                held.append(other)
                // One after the other: a connection that was kept for too long is closed by then.
                while origin.methods.count(where: { $0 == "hold" }) < number { await Task.yield() }
            }
            let list = #"{"jsonrpc":"2.0","id":9,"method":"tools/list"}"#
            let (_, body) = try await connection.exchange(list, session: session)
            #expect(body.contains(#""id":9"#) && body.contains("too much is asked of the server at once"))
            // The session goes on.
            #expect(try await bridge.server.inspect { $0.sessions.count } == 1)
        }
    }

    @Test("2024-11-05, HTTP with SSE: such a server serves clients of today")
    func serversOfThePair() async throws {
        let origin = TestOrigin { request in
            guard request.head.method == .POST else {
                return .open([ServerSentEvent(event: "endpoint", data: ByteBuffer(string: "/messages"))])
            }
            let hello = #"{"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"p","version":"1"}}"#
            return .push([ServerSentEvent(data: ByteBuffer(string: request.result(hello)))])
        }
        try await TestOrigin.run(origin, transport: .sse) { bridge in
            let connection = try await bridge.connect()
            let (head, body) = try await connection.exchange(
                #"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#)
            #expect(head?.status == .ok)
            #expect(body.contains(#""id":"i""#) && body.contains("2024-11-05"))
        }
        #expect(origin.requests.first { $0.head.method == .POST }?.head.uri == "/messages")
    }
}

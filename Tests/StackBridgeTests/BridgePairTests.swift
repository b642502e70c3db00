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

/// 2024-11-05, "HTTP with SSE".
@Suite struct BridgePairTests {
    /// Opens a stream and returns where to post.
    private func begin(_ connection: TestConnection, _ path: String = "/sse") async throws -> String {
        try await connection.send(.GET, path)
        let head = await connection.head()
        #expect(head?.status == .ok)
        #expect(head?.headers.first(name: "content-type") == "text/event-stream")
        return try #require(try await connection.event())
    }

    private func post(_ connection: TestConnection, _ path: String, _ body: String) async throws -> HTTPResponseHead? {
        try await connection.send(.POST, path, body: body)
        let head = await connection.head()
        _ = await connection.body()
        return head
    }

    @Test(arguments: [true, false]) func clientsReadTheirAnswersOnTheStream(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let (stream, poster) = (try await bridge.connect(), try await bridge.connect())
            let endpoint = try await begin(stream)
            #expect(endpoint.hasPrefix("/messages?sessionId="))
            #expect(try await post(poster, endpoint, call("initialize", id: "\"i\""))?.status == .accepted)
            #expect(try await stream.event()?.contains(#""id":"i","result":{"#) == true)
            let progress = call("progress", #"{"_meta":{"progressToken":"t"}}"#)
            #expect(try await post(poster, endpoint, progress)?.status == .accepted)
            for step in 1...3 {
                #expect(try await stream.event()?.contains(#""progressToken":"t","progress":\#(step)"#) == true)
            }
            #expect(try await stream.event() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        }
    }

    @Test func thePrefixOfThePathIsKept() async throws {
        try await TestBridge.run(configure: { $0.paths = EndpointPaths(prefixes: ["/time"]) }) { bridge in
            let (stream, poster) = (try await bridge.connect(), try await bridge.connect())
            let endpoint = try await begin(stream, "/time/sse")
            #expect(endpoint.hasPrefix("/time/messages?sessionId="))
            #expect(try await post(poster, endpoint, call("initialize"))?.status == .accepted)
            #expect(try await stream.event()?.contains("protocolVersion") == true)
        }
    }

    @Test func theSessionEndsWithItsStream() async throws {
        try await TestBridge.run { bridge in
            let (stream, poster) = (try await bridge.connect(), try await bridge.connect())
            let endpoint = try await begin(stream)
            #expect(try await post(poster, endpoint, call("initialize"))?.status == .accepted)
            _ = try await stream.event()
            try await stream.close()
            while try await bridge.server.inspect({ $0.sessions.count }) != 0 {}
            #expect(try await post(poster, endpoint, call("echo"))?.status == .notFound)
        }
    }

    @Test func aCrashIsToldOnTheStream() async throws {
        try await TestBridge.run { bridge in
            let (stream, poster) = (try await bridge.connect(), try await bridge.connect())
            let endpoint = try await begin(stream)
            _ = try await post(poster, endpoint, call("initialize"))
            _ = try await stream.event()
            _ = try await post(poster, endpoint, call("exit"))
            #expect(try await stream.event()?.contains("-32603") == true)
            #expect(try await stream.event() == nil)
        }
    }

    @Test func whatIsNoMessageIsRefused() async throws {
        try await TestBridge.run { bridge in
            let (stream, poster) = (try await bridge.connect(), try await bridge.connect())
            let endpoint = try await begin(stream)
            #expect(try await post(poster, endpoint, "{")?.status == .badRequest)
            #expect(try await post(poster, endpoint, "[]")?.status == .badRequest)
            #expect(try await post(poster, "/messages?sessionId=x", call("echo"))?.status == .notFound)
            // A refusal before the body is read closes the connection.
            #expect(try await post(try await bridge.connect(), "/messages", call("echo"))?.status == .badRequest)
            let other = try await bridge.connect()
            try await other.send(.POST, "/sse", body: "{}")
            #expect(await other.head()?.headers.first(name: "Allow") == "GET")
        }
    }
}

/// Servers that do not answer.
@Suite struct RequestTimeoutTests {
    @Test func anOverdueRequestIsAnsweredAndCancelled() throws {
        var limits = BridgeSession.Limits()
        limits.request = .seconds(60)
        var driver = try SessionDriver(limits: limits)
        _ = try driver.post(
            #"{"jsonrpc":"2.0","id":"c","method":"x","params":{"_meta":{"progressToken":1}}}"#, accepts: .json)
        #expect(driver.wait(.seconds(59)) == [])
        // Progress is a sign that something is done.
        _ = try driver.child(#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2}}"#)
        #expect(driver.wait(.seconds(59)) == [])
        let cancelled = SharedConversation.cancellation(of: 2, "It took too long")
        let error = #"{"jsonrpc":"2.0","id":"c","error":{"code":-32001,"message":"The request took longer than 60 s"}}"#
        #expect(driver.wait(.seconds(1)) == [.sendToChild(cancelled), json(2, error), .suspect])
        #expect(driver.session.pendingCount == 0)
        #expect(try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#).count == 1)
    }

    @Test func aServerThatNeverIntroducesItselfIsGivenUp() throws {
        var driver = try SessionDriver(open: false)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#, accepts: .json)
        let actions = driver.wait(.minutes(10))
        #expect(actions.count == 3)
        #expect(actions.suffix(2) == [.suspect, .end])
        #expect(driver.session.phase == .ended)
    }

    @Test func withoutALimitRequestsWaitForEver() throws {
        var limits = BridgeSession.Limits()
        limits.request = nil
        limits.age = nil
        var driver = try SessionDriver(limits: limits)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":"c","method":"x"}"#, accepts: .json)
        #expect(driver.wait(.hours(100)) == [])
    }

    @Test func statelessRequestsAreOverdueToo() throws {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        let message = try JSONRPCMessage(parsing: ByteBuffer(string: #"{"jsonrpc":"2.0","id":1,"method":"x"}"#))
        var call = StatelessCall(
            message, .init(method: "x", name: nil, accepts: .json), exchange: ExchangeID(rawValue: 1), limits: .init(),
            now: start)
        #expect(call.tick(now: start + .seconds(599)) == [])
        let actions = call.tick(now: start + .seconds(600))
        #expect(actions.last == .suspect)
        #expect(call.isOver)
    }

    @Test func aChildThatGivesNoSignOfLifeIsEnded() async throws {
        try await TestBridge.run(["--deaf"]) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            try await connection.send(session: session, body: call("hold"))
            while try await bridge.server.inspect({ $0.sessions.values.first?.core.pendingCount }) == 0 {}
            try await bridge.server.inspect { hub in
                guard let child = hub.children.values.first else { return }
                hub.suspect(child)
                hub.endHung(now: .now() + .seconds(29))
                #expect(hub.sessions.count == 1)
                hub.endHung(now: .now() + .seconds(31))
            }
            #expect(await connection.head()?.status == .ok)
            #expect(await connection.body().contains("gives no sign of life"))
        }
    }

    @Test func aChildThatAnswersIsLeftAlone() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            _ = try await bridge.initialize(connection)
            try await bridge.server.inspect { hub in hub.children.values.forEach(hub.suspect) }
            while try await bridge.server.inspect({ $0.children.values.first?.suspectSince }) != nil {}
            try await bridge.server.inspect { $0.endHung(now: .now() + .hours(1)) }
            #expect(try await bridge.server.inspect { $0.sessions.count } == 1)
            #expect(bridge.log.lines == [])
        }
    }
}

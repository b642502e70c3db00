// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import Testing

/// What a client sends to a server of 2024-11-05, which has a pair of endpoints, and how it finds out that it is one.
@Suite struct HTTPConversationPairTests {
    typealias Driver = ConversationDriver
    typealias Head = HTTPConversation.Head

    @Test("2025-11-25, Authorization: a server of 2024 refuses the stream")
    func refusesThePair() throws {
        var driver = Driver(.sse)
        try driver.say(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#)
        let head = Head(status: 401, challenge: "Bearer")
        driver.answer(driver.requests[0].number, head)
        #expect(driver.other.first == .refuse(id: JSONText(1), head))
    }

    @Test("2024-11-05, HTTP with SSE: the client posts where the server says, and hears on its stream")
    func speaksToAPair() throws {
        var driver = Driver(.sse)
        try driver.say(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#)
        #expect(driver.requests.map(\.method) == [.get])
        let stream = driver.requests[0].number
        driver.take(driver.conversation.answered(stream, Head(status: 200, mediaType: "text/event-stream")))
        driver.event(stream, "/messages?session=1", event: "endpoint")
        #expect(driver.requests.last?.path == "/messages?session=1")
        driver.answer(driver.requests[1].number, Head(status: 202), "Accepted")
        driver.event(stream, Driver.hello)
        #expect(driver.delivered == [Driver.hello])
        try driver.say(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        #expect(driver.requests.count == 3)
        driver.answer(driver.requests[2].number, Head(status: 202))
        #expect(driver.requests.count == 4)
        driver.take(driver.conversation.finished(stream))
        #expect(driver.other.last == .end("the server closed its stream"))
    }

    @Test(
        "2025-11-25, Backwards Compatibility: a server that knows no POST is asked for its pair of endpoints",
        arguments: [400, 404, 405])
    func detectsAPair(_ status: Int) throws {
        var driver = Driver(.detect)
        try driver.say(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#)
        driver.answer(driver.requests[0].number, Head(status: status, mediaType: "text/plain"), "no")
        let stream = try #require(driver.requests.last)
        #expect(stream.method == .get)
        driver.take(driver.conversation.answered(stream.number, Head(status: 200, mediaType: "text/event-stream")))
        driver.event(stream.number, "messages", event: "endpoint")
        #expect(driver.requests.last?.method == .post)
        #expect(driver.requests.last?.path == "/messages")
        driver.event(stream.number, Driver.hello)
        #expect(driver.delivered == [Driver.hello])
    }

    @Test("2026-07-28, Versioning: a stateless server that refuses initialize is no pair of endpoints")
    func detectsAStatelessServer() throws {
        var driver = Driver(.detect)
        try driver.say(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#)
        let error = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"no"}}"#
        driver.answer(driver.requests[0].number, Head(status: 400, mediaType: "application/json"), error)
        #expect(driver.requests.count == 1)
        #expect(driver.delivered.last?.contains("-32022") == true)
    }

    @Test(
        arguments: [
            ("/messages", "/messages"), ("messages", "/a/messages"), ("http://elsewhere:1/m?x=1", "/m?x=1"),
            ("http://elsewhere", nil), ("//elsewhere/m", nil), ("", nil), ("/a b", nil),
        ] as [(String, String?)])
    func endpointsStayWithTheServer(_ reference: String, _ path: String?) throws {
        var conversation = HTTPConversation(path: "/a/sse", transport: .sse)
        let hello = try JSONRPCMessage(parsing: ByteBuffer(string: #"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#))
        _ = conversation.send(hello)
        _ = conversation.answered(1, Head(status: 200, mediaType: "text/event-stream"))
        let actions = conversation.received(1, ServerSentEvent(event: "endpoint", data: ByteBuffer(string: reference)))
        var posted: String?
        for case .send(let request) in actions { posted = request.path }
        #expect(posted == path)
        #expect(actions.contains(.end("the server names an endpoint that is not its own")) == (path == nil))
    }
}

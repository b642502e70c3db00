// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import Testing

/// What a client sends to a server that speaks HTTP, and how it understands the answers.
@Suite struct HTTPConversationTests {
    typealias Driver = ConversationDriver
    typealias Head = HTTPConversation.Head

    @Test("2025-11-25, Transports, Session Management: the session and the version go along once they are known")
    func namesSessionAndVersion() throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        #expect(driver.requests.map(\.method) == [.post, .post, .get, .post])
        #expect(driver.value("Mcp-Session-Id", of: driver.requests[0]) == nil)
        for request in driver.requests[1...] {
            #expect(driver.value("Mcp-Session-Id", of: request) == "s")
            #expect(driver.value("MCP-Protocol-Version", of: request) == "2025-06-18")
        }
        #expect(driver.delivered == [Driver.hello])
    }

    @Test("2025-11-25, Lifecycle, Initialization: nothing overtakes the handshake")
    func waitsForTheHandshake() throws {
        var driver = Driver()
        try driver.say(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#)
        try driver.say(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        #expect(driver.requests.count == 1)
        #expect(driver.conversation.waitingBytes > 0)
        driver.answer(
            driver.requests[0].number, Head(status: 200, mediaType: "application/json"), Driver.hello)
        #expect(driver.requests.count == 2)
        driver.answer(driver.requests[1].number, Head(status: 202))
        #expect(driver.requests.map(\.method) == [.post, .post, .get, .post])
        #expect(driver.conversation.waitingBytes == 0)
    }

    @Test("2026-07-28, Streamable HTTP, Standard Request Headers: the header repeats the body")
    func repeatsTheBody() throws {
        var driver = Driver()
        let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#
        try driver.say(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"grüß","arguments":{},\#(meta)}}"#,
            fields: [HTTPField("mcp-param-region", "eu")])
        let request = driver.requests[0]
        #expect(driver.value("MCP-Protocol-Version", of: request) == "2026-07-28")
        #expect(driver.value("Mcp-Method", of: request) == "tools/call")
        #expect(driver.value("Mcp-Name", of: request).flatMap(HeaderText.decoded) == "grüß")
        #expect(driver.value("Mcp-Name", of: request)?.utf8.allSatisfy { $0 < 0x7F } == true)
        #expect(driver.value("mcp-param-region", of: request) == "eu")
    }

    @Test(
        "2026-07-28, Streamable HTTP, Standard Request Headers: every method whose name the header has to say",
        arguments: [
            ("tools/call", "name", "x"), ("prompts/get", "name", "x"), ("resources/read", "uri", "x"),
            ("tools/list", "name", nil),
        ])
    func repeatsTheName(_ method: String, _ member: String, _ name: String?) throws {
        var driver = Driver()
        let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#
        try driver.say(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{"\#(member)":"x",\#(meta)}}"#)
        #expect(driver.value("Mcp-Name", of: driver.requests[0]) == name)
    }

    @Test("2025-11-25, Transports: a client accepts plain answers and streams, and on a GET streams")
    func acceptsBothKindsOfAnswers() throws {
        var driver = Driver()
        try driver.open()
        #expect(driver.requests.map(\.method) == [.post, .post, .get])
        let both = "application/json, text/event-stream"
        #expect(driver.requests.map { driver.value("Accept", of: $0) } == [both, both, "text/event-stream"])
    }

    @Test("2026-07-28, Streamable HTTP, Protocol Version Header: notifications say it too, though their body does not")
    func notificationsSayTheirVersion() throws {
        var driver = Driver()
        try driver.say(#"{"jsonrpc":"2.0","method":"notifications/x"}"#)
        #expect(driver.value("MCP-Protocol-Version", of: driver.requests[0]) == "2026-07-28")
        #expect(driver.value("Mcp-Method", of: driver.requests[0]) == "notifications/x")
    }

    @Test("2026-07-28, Cancellation: a request is given up by closing its connection")
    func cancelsByClosing() throws {
        var driver = Driver()
        let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#
        try driver.say(#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x",\#(meta)}}"#)
        try driver.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#)
        #expect(driver.other == [.cancel(driver.requests[0].number)])
        #expect(driver.requests.count == 1)
    }

    @Test("2025-11-25, Cancellation: with a session it is given up by a notification")
    func cancelsByNotification() throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}}"#)
        try driver.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#)
        #expect(driver.requests.last?.body.map { String(buffer: $0) }?.contains("cancelled") == true)
        #expect(driver.other.isEmpty)
    }

    @Test("2025-11-25, Resumability and Redelivery: the rest of an answer is asked for after its last event")
    func resumesAnswers() throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/call"}"#)
        let first = try #require(driver.requests.last).number
        driver.take(driver.conversation.answered(first, Head(status: 200, mediaType: "text/event-stream")))
        driver.event(first, "", id: "e1")
        driver.take(driver.conversation.finished(first))
        let second = try #require(driver.requests.last)
        #expect(second.method == .get && second.delay > 0)
        #expect(driver.value("Last-Event-ID", of: second) == "e1")
        driver.take(driver.conversation.answered(second.number, Head(status: 200, mediaType: "text/event-stream")))
        driver.event(second.number, #"{"jsonrpc":"2.0","id":2,"result":{}}"#, id: "e2")
        driver.take(driver.conversation.finished(second.number))
        #expect(driver.delivered.last == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
        #expect(driver.requests.last?.number == second.number)
    }

    @Test func givesUpOnAnAnswerThatNeverComes() throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/call"}"#)
        var number = try #require(driver.requests.last).number
        driver.take(driver.conversation.answered(number, Head(status: 200, mediaType: "text/event-stream")))
        driver.event(number, "", id: "e1")
        driver.take(driver.conversation.finished(number))
        for _ in 0..<2 {
            number = try #require(driver.requests.last).number
            driver.take(driver.conversation.finished(number, failure: "it broke"))
        }
        #expect(driver.delivered.last == Driver.hello)
        driver.take(driver.conversation.finished(try #require(driver.requests.last).number, failure: "it broke"))
        #expect(driver.delivered.last?.contains("it broke") == true)
    }

    @Test("2025-11-25, Listening for Messages: the stream is opened again, and a 405 is the end of it")
    func keepsTheStreamOpen() throws {
        var driver = Driver()
        try driver.open()
        let first = try #require(driver.requests.last)
        driver.take(driver.conversation.answered(first.number, Head(status: 200, mediaType: "text/event-stream")))
        driver.event(first.number, #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#, id: "n1")
        driver.take(driver.conversation.finished(first.number))
        let second = try #require(driver.requests.last)
        #expect(driver.value("Last-Event-ID", of: second) == "n1")
        #expect(driver.delivered.last?.contains("list_changed") == true)
        driver.answer(second.number, Head(status: 405))
        #expect(driver.requests.last?.number == second.number)
        #expect(driver.other.isEmpty)
    }

    @Test("2025-11-25, Session Management: 404 is the end of the session")
    func noticesAForgottenSession() throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        driver.answer(try #require(driver.requests.last).number, Head(status: 404, mediaType: "text/plain"), "gone")
        #expect(driver.other.last == .end("the server has forgotten the session"))
        #expect(driver.requests.last?.method != .delete)
    }

    @Test("2025-11-25, Session Management: a session that is done with is deleted")
    func deletesTheSession() throws {
        var driver = Driver()
        try driver.open()
        driver.take(driver.conversation.close())
        let last = try #require(driver.requests.last)
        #expect(last.method == .delete)
        #expect(driver.value("Mcp-Session-Id", of: last) == "s")
        try driver.say(#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#)
        #expect(driver.requests.last == last)
    }

    /// Status, media type, body, and what the client is told.
    @Test(
        arguments: [
            (500, "text/html", "<h1>", "HTTP status 500"), (200, "text/html", "<h1>", "answered with text/html"),
            (200, nil, "x", "a body of no type"), (503, "application/json", #"{"jsonrpc":"2.0"}"#, "HTTP status 503"),
            (
                400, "application/json", #"{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"no"}}"#,
                #""code":-32602"#
            ),
            (
                404, "application/json", #"{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no"}}"#,
                #""code":-32601"#
            ),
        ] as [(Int, String?, String, String)])
    func everyRequestGetsAnAnswer(_ status: Int, _ type: String?, _ body: String, _ said: String) throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        driver.answer(try #require(driver.requests.last).number, Head(status: status, mediaType: type), body)
        let last = try #require(driver.delivered.last)
        #expect(last.contains(said) && last.contains(#""id":2"#))
        #expect(driver.other.isEmpty)
    }

    @Test func tellsOfABrokenConnection() throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":"x","method":"tools/list"}"#)
        driver.take(driver.conversation.finished(try #require(driver.requests.last).number, failure: "it broke"))
        #expect(driver.delivered.last?.contains("it broke") == true)
    }

    @Test("2025-11-25, Authorization: 401 reaches the client with how to sign in", arguments: [401, 403])
    func refusals(_ status: Int) throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        let head = Head(status: status, mediaType: "text/plain", challenge: "Bearer resource_metadata=\"x\"")
        driver.answer(try #require(driver.requests.last).number, head)
        #expect(driver.other == [.refuse(id: JSONText(2), head)])
    }

    @Test(
        "2025-11-25, Sending Messages to the Server, 6: a server says how soon it is asked again, as often as it closes"
    )
    func heedsRetry() throws {
        var driver = Driver()
        try driver.open()
        try driver.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/call"}"#)
        for _ in 0..<10 {
            let number = try #require(driver.requests.last).number
            driver.take(driver.conversation.answered(number, Head(status: 200, mediaType: "text/event-stream")))
            driver.conversation.noted(number, lastEvent: "e", retry: 30_000)
            driver.take(driver.conversation.finished(number))
            #expect(driver.requests.last?.delay == 30_000)
        }
        #expect(driver.delivered == [Driver.hello])
    }

    @Test("2025-03-26, Batching: answers may come together, and each is for whom it names")
    func takesArrays() throws {
        var driver = Driver()
        try driver.open()
        for id in 2...3 { try driver.say(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"#) }
        let number = try #require(driver.requests.last).number
        let answers = (2...3).map { #"{"jsonrpc":"2.0","id":\#($0),"result":{}}"# }
        driver.answer(
            number, Head(status: 200, mediaType: "application/json"), "[\(answers.joined(separator: ","))]")
        #expect(driver.delivered.suffix(2) == answers[...])
    }

    /// What a server answers to one request is not taken for the answer to another.
    @Test func answersKeepTheirIDs() throws {
        var driver = Driver()
        try driver.open()
        for id in 2...3 { try driver.say(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"#) }
        let number = try #require(driver.requests.last).number
        driver.answer(
            number, Head(status: 200, mediaType: "application/json"), #"{"jsonrpc":"2.0","id":2,"result":"two"}"#)
        #expect(driver.delivered[1] == #"{"jsonrpc":"2.0","id":2,"result":"two"}"#)
        #expect(driver.delivered[2].contains(#""id":3,"error""#))
    }

    /// Somebody else's session is none: it is not over for who has it.
    @Test func aForeignSessionIsNotForgotten() throws {
        var driver = Driver()
        let ada = [HTTPField("authorization", "Bearer ada")]
        try driver.say(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#, fields: ada)
        driver.answer(
            driver.requests[0].number, Head(status: 200, mediaType: "application/json", session: "s"), Driver.hello)
        try driver.say(
            #"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#, fields: [HTTPField("authorization", "Bearer bob")])
        let head = Head(status: 404, mediaType: "application/json")
        driver.answer(
            try #require(driver.requests.last).number, head,
            #"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"no"}}"#)
        #expect(driver.other == [.refuse(id: JSONText(2), head)])
        try driver.say(#"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#, fields: ada)
        driver.answer(try #require(driver.requests.last).number, Head(status: 404))
        #expect(driver.other.last == .end("the server has forgotten the session"))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// 2025-03-26 to 2025-11-25, "Transports", "Streamable HTTP".
///
/// Where the three agree, the newest is quoted.
@Suite("2025-11-25, Transports, Streamable HTTP") struct Specification2025HTTPTests {
    private static let note = Wire.message("notifications/initialized", id: nil)
    private static let versions = ["2025-03-26", "2025-06-18", "2025-11-25"]

    @Test("2025-11-25, Transports, Security Warning, 1: an invalid Origin is answered 403")
    func originsAreValidated() async throws {
        try await TestBridge.run { bridge in
            let session = try await bridge.initialize(try await bridge.connect())
            for method in [HTTPMethod.POST, .GET, .DELETE] {
                let answer = try await bridge.connect().roundTrip(
                    method, session: session, headers: [("Origin", "null")],
                    body: method == .POST ? Self.note : nil)
                #expect(answer.status == 403)
                #expect(answer.id == "null")
            }
            #expect(try await bridge.server.inspect { $0.sessions.count } == 1)
        }
    }

    @Test(
        "2025-11-25, Transports, Sending Messages, 4: a notification or response is answered 202 without a body",
        arguments: [true, false])
    func acceptedInputHasNoAnswer(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            for body in [
                Self.note, #"{"jsonrpc":"2.0","id":"x","result":{}}"#,
                #"{"jsonrpc":"2.0","id":"x","error":{"code":1,"message":"m"}}"#,
            ] {
                let answer = try await connection.roundTrip(session: session, body: body)
                #expect(answer.status == 202)
                #expect(answer.body.isEmpty && answer.header("Content-Type") == nil)
            }
        }
    }

    @Test(
        "2025-11-25, Transports, Sending Messages, 4: what cannot be accepted is answered by an HTTP error",
        arguments: [
            ("{", 400, -32700), ("\"x\"", 400, -32600), ("[]", 400, -32600),
            (#"{"jsonrpc":"2.0","result":{}}"#, 400, -32600),
            (#"{"jsonrpc":"2.0","id":1,"method":"m","result":{}}"#, 400, -32600),
        ])
    func badInputIsAnError(_ body: String, _ status: Int, _ code: Int) async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let answer = try await connection.roundTrip(session: session, body: body)
            #expect(answer.status == status && answer.code == code)
            #expect(try await connection.exchange(Wire.message("echo"), session: session).0?.status == .ok)
        }
    }

    @Test("2025-11-25, Transports: what is not UTF-8 is no message")
    func bodiesAreUTF8() {
        let bytes = Array(#"{"jsonrpc":"2.0","method":""#.utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)
        let post = RequestGate.Post(session: "s", version: nil, accepts: [.json, .events])
        guard case .refuse(let answer) = PostBody(ByteBuffer(bytes: bytes), of: post) else {
            Issue.record("accepted")
            return
        }
        #expect(answer.status == .badRequest)
    }

    @Test(
        "2025-11-25, Transports, Sending Messages, 5: a request is answered by one JSON object or an event stream",
        arguments: [
            ("application/json, text/event-stream", "application/json"), ("*/*", "application/json"),
            ("application/json", "application/json"), ("text/event-stream", "text/event-stream"),
        ])
    func requestsAreAnsweredInOneOfTwoForms(_ accept: String, _ type: String) async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let answer = try await connection.roundTrip(
                session: session, headers: [("Accept", accept)], body: Wire.message("echo"))
            #expect(answer.status == 200 && answer.header("Content-Type") == type)
            #expect(answer.body.contains(#"{"jsonrpc":"2.0","id":1,"result":{}}"#))
        }
    }

    @Test(
        "2025-11-25, Transports, Sending Messages, 6: a stream begins with an event that has an id and no data",
        arguments: [("2025-11-25", true), ("2025-06-18", false), ("2025-03-26", false)])
    func streamsArePrimed(_ version: String, _ isPrimed: Bool) async throws {
        try await TestBridge.run(["--any-version"]) { bridge in
            let (connection, listener) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(connection, version: version)
            try await listener.send(.GET, session: session)
            let body = Wire.message("progress", #"{"_meta":{"progressToken":1}}"#)
            try await connection.send(session: session, body: body)
            for stream in [connection, listener] {
                #expect(await stream.head()?.headers.first(name: "X-Accel-Buffering") == "no")
            }
            if isPrimed {
                for stream in [connection, listener] {
                    let event = try #require(try await stream.rawEvent())
                    #expect(event.data.readableBytes == 0)
                    #expect(event.id?.hasSuffix("-1") == true)
                }
            }
            // Its progress, then its answer, then the end of the stream.
            for step in 1...3 { #expect(try await connection.event()?.contains(#""progress":\#(step)"#) == true) }
            #expect(try await connection.event()?.contains(#""result""#) == true)
            #expect(try await connection.event() == nil)
        }
    }

    @Test("2025-11-25, Transports, Sending Messages, 6: a lost connection cancels nothing")
    func disconnectionIsNoCancellation() async throws {
        try await TestBridge.run { bridge in
            let (leaving, staying) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(staying)
            try await leaving.send(session: session, body: Wire.message("hold"))
            try await bridge.wait { $0.sessions.values.first?.core.pendingCount == 1 }
            try await leaving.close()
            try await bridge.wait { $0.waiting.isEmpty }
            let (_, heard) = try await staying.exchange(Wire.message("heard"), session: session)
            #expect(!heard.contains("notifications/cancelled"))
            #expect(try await bridge.server.inspect { $0.sessions.values.first?.core.pendingCount } == 1)
        }
    }

    @Test("2025-11-25, Transports, Listening, 3: a GET is answered by an event stream", arguments: versions)
    func listeningIsOffered(_ version: String) async throws {
        try await TestBridge.run(["--any-version"]) { bridge in
            let (connection, listener) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(connection, version: version)
            try await listener.send(.GET, session: session, headers: [("Accept", "text/event-stream")])
            let head = await listener.head()
            #expect(head?.status == .ok)
            #expect(head?.headers.first(name: "Content-Type") == "text/event-stream")
            let other = try await connection.roundTrip(
                .GET, session: session, headers: [("Accept", "application/json")])
            #expect(other.status == 406)
        }
    }

    @Test("2025-11-25, Transports, Listening, 4: no response on a stream that was opened by GET")
    func answersStayOffTheStream() throws {
        var driver = try SessionDriver()
        _ = driver.openStream()
        _ = try driver.post(Wire.message("a", id: "5"))
        _ = try driver.post(Wire.message("b", id: "6"), accepts: .events)
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#)
                == [json(3, #"{"jsonrpc":"2.0","id":5,"result":{}}"#)])
        #expect(
            try driver.child(#"{"jsonrpc":"2.0","id":3,"result":{}}"#)
                == [begin(4), event(4, #"{"jsonrpc":"2.0","id":6,"result":{}}"#), end(4)])
        // Nor one that nobody waits for any more.
        _ = try driver.post(Wire.message("c", id: "7"))
        driver.session.closed(driver.last, now: driver.now)
        #expect(try driver.child(#"{"jsonrpc":"2.0","id":4,"result":{}}"#) == [])
    }

    @Test("2025-11-25, Transports, Multiple Connections, 2: each message goes out on one stream")
    func messagesAreNotBroadcast() throws {
        var driver = try SessionDriver()
        for _ in 0..<3 { _ = try driver.post(Wire.message("a")) }
        for text in [changed, question] {
            let actions = try driver.child(text)
            #expect(actions.count { if case .sendEvent = $0 { true } else { false } } == 1)
        }
        _ = driver.openStream()
        _ = driver.openStream()
        #expect(try driver.child(changed) == [event(6, changed)])
    }

    @Test("2025-11-25, Transports, Resumability, 1 and 2: ids are unique, and nothing of another stream is replayed")
    func replayStaysOnItsStream() throws {
        var driver = try SessionDriver()
        var names: [String] = []
        for _ in 0..<3 {
            _ = try driver.post(Wire.message("a"), accepts: .events)
            let exchange = driver.last
            for text in ["x", "y"] {
                let bytes = ByteBuffer(string: "\(text)\(exchange.rawValue)")
                let name = driver.session.name(bytes, on: exchange)
                names.append(try #require(name))
            }
        }
        #expect(Set(names).count == names.count)
        let (resumed, now) = (driver.next(), driver.now)
        let actions = driver.session.resume(after: names[2], resumed, now: now)
        let replayed = actions.compactMap { action in
            if case .replayEvent(_, let bytes, _) = action { String(buffer: bytes) } else { nil }
        }
        #expect(replayed == ["y3"])
    }
}

/// 2025-11-25, "Transports", "Session Management" and "Protocol Version Header".
@Suite("2025-11-25, Transports, sessions and versions") struct Specification2025SessionTests {
    @Test("2025-11-25, Transports, Session Management, 1: the session is named in visible ASCII, and unlike any other")
    func sessionsHaveNames() async throws {
        try await TestBridge.runShared { bridge in
            let connection = try await bridge.connect()
            var names: Set<String> = []
            for _ in 0..<20 {
                let name = try await bridge.initialize(connection)
                #expect(name.utf8.allSatisfy { (0x21...0x7E).contains($0) })
                names.insert(name)
            }
            #expect(names.count == 20)
        }
    }

    @Test(
        "2025-11-25, Transports, Session Management, 2 and 3: without a session 400, with one that is over 404",
        arguments: [HTTPMethod.POST, .GET, .DELETE])
    func requestsNameTheirSession(_ method: HTTPMethod) async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            #expect(try await connection.roundTrip(.DELETE, session: session).status == 204)
            let body = method == .POST ? Wire.message("tools/list", id: "\"t\"") : nil
            for (name, status) in [(nil, 400), (session, 404), ("x", 404), (session + ", " + session, 404)] {
                let answer = try await connection.roundTrip(method, session: name, body: body)
                #expect(answer.status == status)
                #expect(answer.id == (body == nil ? "null" : "\"t\""))
            }
        }
    }

    @Test("2025-11-25, Transports, Session Management, 4: a new session begins with initialize and without an id")
    func clientsStartOver() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let again = try await connection.roundTrip(session: session, body: Wire.message("initialize", id: "2"))
            #expect(again.status == 400 && again.id == "2")
            #expect(try await bridge.initialize(connection) != session)
        }
    }

    @Test(
        "2025-11-25, Transports, Protocol Version Header: one that is invalid or unsupported is answered 400",
        arguments: [HTTPMethod.POST, .GET, .DELETE])
    func versionsAreChecked(_ method: HTTPMethod) async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            for version in ["1.0", "2025-11-26", "latest"] {
                let answer = try await connection.roundTrip(
                    method, session: session, headers: [("MCP-Protocol-Version", version)],
                    body: method == .POST ? Wire.message("tools/list", id: "4") : nil)
                #expect(answer.status == 400)
                #expect(answer.id == (method == .POST ? "4" : "null"))
            }
            #expect(try await bridge.server.inspect { $0.sessions.count } == 1)
        }
    }

    @Test(
        "2025-11-25, Transports, Protocol Version Header: the known ones, and none, are served",
        arguments: ["2025-03-26", "2025-06-18", "2025-11-25", nil])
    func versionsAreServed(_ version: String?) async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let fields = version.map { [("MCP-Protocol-Version", $0)] } ?? []
            let answer = try await connection.roundTrip(
                session: session, headers: fields, body: Wire.message("echo"))
            #expect(answer.status == 200)
        }
    }

    @Test(
        "2025-11-25, Lifecycle, Version Negotiation: the version asked for where it is served, else another",
        arguments: [
            ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26"),
            ("2024-11-05", "2024-11-05"), ("1.0.0", "2025-11-25"), ("2026-07-28", "2025-11-25"),
        ])
    func versionsAreNegotiated(_ asked: String, _ answered: String) async throws {
        try await TestBridge.runShared(["--any-version"]) { bridge in
            let body = Wire.message("initialize", #"{"protocolVersion":"\#(asked)"}"#)
            let answer = try await bridge.connect().roundTrip(body: body)
            #expect(answer.value("result", "protocolVersion") == JSONText(answered))
            for member in ["capabilities", "serverInfo"] { #expect(answer.value("result", member)?.kind == .object) }
        }
    }

    @Test("2025-03-26, Transports, Sending Messages, 3: arrays of requests, of notifications and of responses")
    func batchesAreTaken() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let note = Wire.message("notifications/x", id: nil)
            let response = #"{"jsonrpc":"2.0","id":"x","result":{}}"#
            for batch in ["[\(note),\(note)]", "[\(response)]"] {
                let answer = try await connection.roundTrip(session: session, body: batch)
                #expect(answer.status == 202 && answer.body.isEmpty)
            }
            let mixed = "[\(note),\(Wire.message("echo", id: "\"a\""))]"
            let answer = try await connection.roundTrip(session: session, body: mixed)
            #expect(answer.body == #"[{"jsonrpc":"2.0","id":"a","result":{}}]"#)
        }
    }

    @Test(
        "2025-06-18, Transports, Sending Messages, 3: a body is one message", arguments: ["2025-06-18", "2025-11-25"])
    func newerVersionsHaveNoBatches(_ version: String) async throws {
        try await TestBridge.run(["--any-version"]) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection, version: version)
            let answer = try await connection.roundTrip(session: session, body: "[\(Wire.message("echo"))]")
            #expect(answer.status == 400 && answer.code == -32600)
        }
    }

    @Test("2025-03-26, Lifecycle, Initialization: initialize is not part of a batch", arguments: [nil, "known"])
    func initializeStandsAlone(_ session: String?) {
        let post = RequestGate.Post(session: session, version: nil, accepts: [.json, .events])
        let batch = ByteBuffer(string: "[\(Wire.message("echo")),\(Wire.message("initialize"))]")
        guard case .refuse(let answer) = PostBody(batch, of: post) else {
            Issue.record("accepted")
            return
        }
        #expect(answer.status == .badRequest)
    }
}

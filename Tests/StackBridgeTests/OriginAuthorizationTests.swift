// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// Servers that speak HTTP and have their clients sign in (2025-11-25 and 2026-07-28, "Authorization").
@Suite struct OriginAuthorizationTests {
    static let challenge = #"Bearer resource_metadata="https://x.example/.well-known/oauth-protected-resource""#

    /// An origin that wants a token.
    static func guarded() -> TestOrigin {
        TestOrigin { request in
            if request.head.uri == "/.well-known/oauth-protected-resource/mcp" {
                return .json(.ok, #"{"resource":"https://x.example/mcp"}"#)
            }
            guard request.field("authorization") == "Bearer t" else {
                return .json(.unauthorized, "", fields: [("WWW-Authenticate", challenge)])
            }
            return request.modernReply()
        }
    }

    @Test func clientsLearnHowToSignInAndDo() async throws {
        try await TestOrigin.run(Self.guarded(), authorizes: true) { bridge in
            let connection = try await bridge.connect()
            let hello = #"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#
            let (head, body) = try await connection.exchange(hello)
            #expect(head?.status == .unauthorized)
            #expect(head?.headers.first(name: "WWW-Authenticate") == Self.challenge)
            #expect(body.contains(#""id":"i""#))
            try await connection.send(.GET, "/.well-known/oauth-protected-resource/mcp")
            #expect(await connection.head()?.status == .ok)
            #expect(await connection.body() == #"{"resource":"https://x.example/mcp"}"#)
            try await connection.send(headers: [("Authorization", "Bearer t")], body: hello)
            #expect(await connection.head()?.status == .ok)
            _ = await connection.body()
            // Nothing has failed: the server is there for the next client at once.
            #expect(bridge.log.lines.isEmpty)
        }
    }

    @Test func soDoStatelessClients() async throws {
        try await TestOrigin.run(Self.guarded(), authorizes: true) { bridge in
            let connection = try await bridge.connect()
            let (head, _) = try await OriginTests.ask(connection)
            #expect(head?.status == .unauthorized)
            #expect(head?.headers.first(name: "WWW-Authenticate") == Self.challenge)
            let (next, body) = try await OriginTests.ask(connection, headers: [("Authorization", "Bearer t")])
            #expect(next?.status == .ok)
            #expect(body.contains(#""ttlMs":7"#))
            // What one client may is not what another may.
            let (other, _) = try await OriginTests.ask(connection)
            #expect(other?.status == .unauthorized)
        }
    }

    @Test func eachRequestOfASessionSaysWhoAsks() async throws {
        let origin = Self.guarded()
        try await TestOrigin.run(origin, authorizes: true) { bridge in
            let connection = try await bridge.connect()
            try await connection.send(
                headers: [("Authorization", "Bearer t")], body: #"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#)
            let session = try #require(await connection.head()?.headers.first(name: "Mcp-Session-Id"))
            _ = await connection.body()
            let list = #"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#
            // A session opens no door: who comes without a token is nobody.
            #expect(try await connection.exchange(list, session: session).0?.status == .unauthorized)
            for body in [#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, list] {
                try await connection.send(session: session, headers: [("Authorization", "Bearer t")], body: body)
                #expect(await connection.head().map { $0.status.code / 100 } == 2)
                _ = await connection.body()
            }
            // Nor does anybody else hear what is said in it, or end it.
            for token in [[], [("Authorization", "Bearer x")]] {
                try await connection.send(session: session, headers: token, body: list)
                #expect(await connection.head()?.status == .unauthorized)
                _ = await connection.body()
                for method in [HTTPMethod.GET, .DELETE] {
                    let other = try await bridge.connect()
                    try await other.send(method, session: session, headers: token)
                    let head = await other.head()
                    #expect(head?.status == .unauthorized)
                    #expect(head?.headers.first(name: "WWW-Authenticate") == Self.challenge)
                }
            }
            let own = try await bridge.connect()
            try await own.send(.GET, session: session, headers: [("Authorization", "Bearer t")])
            #expect(await own.head()?.status == .ok)
            // The stream for what the server says unasked.
            while !origin.requests.contains(where: { $0.head.method == .GET }) { await Task.yield() }
        }
        let unnamed = origin.requests.filter { $0.field("authorization") == nil }
        #expect(unnamed.map { $0.message?.method } == ["tools/list", "tools/list", "ping", "ping"])
        #expect(origin.requests.last?.head.method == .DELETE)
    }

    /// A server that answers, if only to send somebody away, is there.
    @Test func itIsWellWithoutAToken() async throws {
        try await TestOrigin.run(Self.guarded(), authorizes: true) { bridge in
            let connection = try await bridge.connect()
            for _ in 0..<2 {
                try await connection.send(.GET, "/healthz")
                #expect(await connection.head()?.status == .ok)
                _ = await connection.body()
                _ = try await OriginTests.ask(connection, headers: [("Authorization", "Bearer t")])
            }
        }
    }

    /// A session with the server is one person's: the origin names each by its token.
    @Test func statelessClientsShareNoSession() async throws {
        let origin = TestOrigin { request in
            let token = request.field("authorization") ?? "none"
            if request.message?.method == "server/discover" { return .json(.badRequest) }
            if request.message?.method == "initialize" {
                let hello =
                    #"{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"o","version":"1"}}"#
                return .json(.ok, request.result(hello), fields: [("Mcp-Session-Id", String(token.suffix(1)))])
            }
            if request.message?.method == "tools/list", request.field("mcp-session-id") != String(token.suffix(1)) {
                return .json(.forbidden)
            }
            return request.sessionReply()
        }
        try await TestOrigin.run(origin, authorizes: true) { bridge in
            let connection = try await bridge.connect()
            for (token, region) in [("Bearer a", "x"), ("Bearer b", "x"), ("Bearer a", "y")] {
                let fields = [("Authorization", token), ("Mcp-Param-Region", region)]
                let (head, _) = try await OriginTests.ask(connection, headers: fields)
                #expect(head?.status == .ok)
            }
        }
        // That of the bridge, and one for each of the two, whatever else their requests say.
        #expect(origin.methods.count { $0 == "initialize" } == 3)
    }

    /// Whoever was let in first has not let in the next one: neither is told what the server said to the other.
    @Test(arguments: ["server/discover", "subscriptions/listen"])
    func whatTheServerIsIsToldToWhomItLetsIn(_ method: String) async throws {
        let news = #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"u"}}"#
        let origin = TestOrigin { request in
            guard request.field("authorization") == "Bearer t" else {
                return .json(.unauthorized, "", fields: [("WWW-Authenticate", Self.challenge)])
            }
            return request.sessionReply { request in
                switch request.message?.method {
                case "server/discover": .json(.badRequest)
                case "initialize":
                    .json(
                        .ok,
                        request.result(
                            #"{"protocolVersion":"2025-06-18","capabilities":{"resources":{"subscribe":true}},"#
                                + #""serverInfo":{"name":"o","version":"1"}}"#),
                        fields: [("Mcp-Session-Id", "s")])
                case "resources/subscribe":
                    .events([request.result("{}"), news].map { ServerSentEvent(data: ByteBuffer(string: $0)) })
                default: nil
                }
            }
        }
        let body = Wire.stateless(method, #""notifications":{"resourceSubscriptions":["u"]}"#)
        let token = [("Authorization", "Bearer t")]
        try await TestOrigin.run(origin, authorizes: true) { bridge in
            let (head, _) = try await OriginTests.ask(try await bridge.connect(), headers: token)
            #expect(head?.status == .ok)
            for fields in [[], [("Authorization", "Bearer x")]] {
                let other = try await bridge.connect().roundTrip(headers: Wire.fields(method) + fields, body: body)
                #expect(other.status == 401)
                #expect(other.header("WWW-Authenticate") == Self.challenge)
            }
            let connection = try await bridge.connect()
            try await connection.send(headers: Wire.fields(method) + token, body: body)
            #expect(await connection.head()?.status == .ok)
            guard method == "subscriptions/listen" else { return }
            #expect(try await connection.event()?.contains("acknowledged") == true)
            #expect(try await connection.event()?.contains(#""uri":"u""#) == true)
            try await connection.close()
            try await bridge.wait { $0.dialogues.values.allSatisfy { !$0.isBusy } }
        }
        let subscriptions = origin.requests.filter { $0.message?.method?.hasPrefix("resources/") == true }
        #expect(subscriptions.allSatisfy { $0.field("authorization") == "Bearer t" })
    }

    /// Their sessions are the bridge's own, but who may have one is the server's to say.
    @Test func sessionsInFrontOfAServerWithoutAnyAreForWhomItLetsIn() async throws {
        let origin = TestOrigin { request in
            guard request.field("authorization") == "Bearer t" else {
                return .json(.unauthorized, "", fields: [("WWW-Authenticate", Self.challenge)])
            }
            guard request.message?.method == "server/discover", request.field("mcp-method") != nil else {
                return request.modernReply(hasSessions: false)
            }
            return .json(
                .ok,
                request.result(
                    #"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":"#
                        + #"{"tools":{"listChanged":true},"resources":{"subscribe":true,"x":1}}}"#))
        }
        let token = [("Authorization", "Bearer t")]
        let hello = Wire.message("initialize", #"{"protocolVersion":"2025-06-18"}"#)
        try await TestOrigin.run(origin, authorizes: true) { bridge in
            let connection = try await bridge.connect()
            // Until one of them has told so, nobody knows that the server has no sessions.
            for _ in 0..<2 {
                let opened = try await connection.roundTrip(headers: token, body: hello)
                #expect(opened.status == 200)
                #expect(opened.value("result", "protocolVersion") == JSONText("2025-06-18"))
                // News would be those of somebody else.
                #expect(
                    opened.value("result", "capabilities").map { String(buffer: $0.bytes) }
                        == #"{"tools":{},"resources":{"x":1}}"#)
                let session = try #require(opened.header("Mcp-Session-Id"))
                let subscribe = Wire.message("resources/subscribe", #"{"uri":"u"}"#)
                let refused = try await connection.roundTrip(session: session, headers: token, body: subscribe)
                #expect(refused.code == -32601)
                let other = try await bridge.connect().roundTrip(.GET, session: session)
                #expect(other.status == 401)
                for fields in [[], [("Authorization", "Bearer x")]] {
                    let other = try await bridge.connect().roundTrip(headers: fields, body: hello)
                    #expect(other.status == 401)
                    #expect(other.header("WWW-Authenticate") == Self.challenge)
                    #expect(other.header("Mcp-Session-Id") == nil)
                }
                let end = try await bridge.connect().roundTrip(.DELETE, session: session, headers: token)
                #expect(end.status / 100 == 2)
            }
        }
        #expect(!origin.methods.contains("subscriptions/listen"))
    }

    /// What the server asks its client reaches it, and the answer says whose it is.
    @Test func questionsAndAnswersGoWithTheToken() async throws {
        let origin = TestOrigin { request in
            guard request.field("authorization") == "Bearer t" else { return .json(.unauthorized) }
            switch request.message?.method {
            case "server/discover": return .json(.badRequest)
            case "tools/call":
                let question = #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{}}"#
                return .open([ServerSentEvent(data: ByteBuffer(string: question))])
            case nil where request.message?.kind == .response:
                // The bridge's own number of the call: the handshake was the first.
                let result = #"{"jsonrpc":"2.0","id":2,"result":{"content":[]}}"#
                return .push([ServerSentEvent(data: ByteBuffer(string: result))])
            default: return request.sessionReply()
            }
        }
        let meta =
            #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
            + #""io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}"#
        let fields = [
            ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "x"),
            ("Authorization", "Bearer t"),
        ]
        try await TestOrigin.run(origin, authorizes: true) { bridge in
            let connection = try await bridge.connect()
            try await connection.send(
                headers: fields,
                body: #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x",\#(meta)}}"#)
            #expect(await connection.head()?.status == .ok)
            let asked = try JSONText(validating: ByteBuffer(string: await connection.body()))
            let result = try #require(asked.member("result"))
            #expect(result.member("resultType")?.stringValue == "input_required")
            let state = try #require(result.member("requestState")?.stringValue)
            try await connection.send(
                headers: fields,
                body: #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x","requestState":"\#(state)","#
                    + #""inputResponses":{"q1":{"action":"accept"}},\#(meta)}}"#)
            #expect(await connection.head()?.status == .ok)
            #expect(await connection.body().contains(#""id":2"#))
        }
    }

    @Test func withoutItNothingOfTheKindIsPassedOn() async throws {
        let origin = TestOrigin { $0.modernReply() }
        try await TestOrigin.run(origin) { bridge in
            let connection = try await bridge.connect()
            _ = try await OriginTests.ask(connection, headers: [("Authorization", "Bearer t")])
            try await connection.send(.GET, "/.well-known/oauth-protected-resource/mcp")
            #expect(await connection.head()?.status == .notFound)
            _ = await connection.body()
        }
        #expect(origin.requests.allSatisfy { $0.field("authorization") == nil && !$0.head.uri.hasPrefix("/.well") })
    }

    @Test(
        arguments: [
            ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource"),
            ("/.well-known/oauth-protected-resource/p/mcp?x", "/.well-known/oauth-protected-resource/v1"),
            ("/.well-known/oauth-authorization-server/mcp", "/.well-known/oauth-authorization-server/v1"),
            ("/.well-known/openid-configuration", "/.well-known/openid-configuration"),
            ("/.well-known/oauth-protected-resource/../../admin", nil), ("/.well-known/oauth-x", nil),
            ("/.well-known/oauth-protected-resource/other", nil), ("/.well-known/security.txt", nil), ("/mcp", nil),
        ] as [(String, String?)])
    func metadataPaths(_ uri: String, _ path: String?) {
        let paths = EndpointPaths(endpoint: "/mcp", prefixes: ["/p"])
        #expect(PassedFields(authorization: true, resource: "/v1").metadataPath(uri, paths) == path)
        #expect(PassedFields().metadataPath(uri, paths) == nil)
    }
}

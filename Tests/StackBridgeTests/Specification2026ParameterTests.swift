// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import StackBridge

/// Arguments that requests repeat in their header, for servers that see no header.
@Suite struct Specification2026ParameterTests {
    private static func call(
        _ connection: TestConnection, _ arguments: String, _ fields: [(String, String)] = [],
        meta: String = Wire.meta()
    ) async throws -> Received {
        try await connection.roundTrip(
            headers: Wire.fields("tools/call", name: "query") + fields,
            body: Wire.stateless("tools/call", #""name":"query","arguments":\#(arguments)"#, meta: meta))
    }

    /// The methods that the server heard.
    private static func heard(_ connection: TestConnection) async throws -> String {
        try await connection.stateless("heard").body
    }

    /// Behind all kinds of servers and ways to share them, for clients that are asked things as well.
    private static let bridges: [(arguments: [String], shares: Bool, capabilities: String)] = [
        ([], true, "{}"), ([], false, "{}"), (["--stateless"], true, "{}"), (["--stateless"], false, "{}"),
        ([], false, #"{"elicitation":{}}"#), (["--stateless"], false, #"{"elicitation":{}}"#),
    ]

    @Test("2026-07-28, Server Behavior for Custom Headers: the table of scenarios", arguments: bridges)
    func whatTheHeaderRepeatsIsHeldAgainstTheBody(
        _ arguments: [String], _ shares: Bool, _ capabilities: String
    ) async throws {
        try await TestBridge.run(["--marked"] + arguments, configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let meta = Wire.meta(capabilities: capabilities)
            let good = [
                (#"{"region":"eu"}"#, [("Mcp-Param-Region", "eu"), ("Mcp-Param-Zone", "any")]),
                (#"{"region":"eu"}"#, [("mcp-param-REGION", "\t=?base64?ZXU=?= ")]),
                (#"{"region":null}"#, []), (#"{"other":1}"#, []), ("{}", []),
            ]
            for (arguments, fields) in good {
                let answer = try await Self.call(connection, arguments, fields, meta: meta)
                #expect(answer.status == 200 && answer.body.contains(arguments), "\(arguments)")
            }
            let bad = [
                (#"{"region":"eu"}"#, []), (#"{"region":"eu"}"#, [("Mcp-Param-Region", "us")]),
                (#"{"region":null}"#, [("Mcp-Param-Region", "eu")]), ("{}", [("Mcp-Param-Region", "eu")]),
                (#"{"region":"eu"}"#, [("Mcp-Param-Region", "=?base64?*?=")]),
                (#"{"region":"eu"}"#, [("Mcp-Param-Region", "eu"), ("Mcp-Param-Region", "us")]),
            ]
            for (arguments, fields) in bad {
                let answer = try await Self.call(connection, arguments, fields, meta: meta)
                #expect(answer.status == 400 && answer.code == -32020 && answer.id == "1", "\(arguments) \(fields)")
                #expect(answer.value("error", "message")?.stringValue?.hasPrefix("Header mismatch: Mcp-Param-") == true)
            }
            #expect(try await bridge.server.inspect { $0.metricsText }.contains(#"outcome="refused"} 6"#))
        }
    }

    @Test(
        "2026-07-28, Server Behavior for Custom Headers: the server does not hear of what is refused, and tells its tools once"
    )
    func refusedCallsGoNowhere() async throws {
        try await TestBridge.runShared(["--marked"]) { bridge in
            let connection = try await bridge.connect()
            for _ in 0..<3 { _ = try await Self.call(connection, #"{"region":"eu"}"#) }
            _ = try await Self.call(connection, "{}", [("Mcp-Param-Region", "eu")])
            let heard = try await Self.heard(connection)
            #expect(heard.contains(#"notifications/initialized"},"tools/list","tools/list","heard"]"#))
        }
    }

    @Test("2026-07-28, Server Behavior for Custom Headers: nobody is asked when nothing could be repeated")
    func callsWithoutArgumentsDoNotWait() async throws {
        try await TestBridge.runShared(["--marked"]) { bridge in
            let connection = try await bridge.connect()
            _ = try await connection.stateless("tools/call", #""name":"query""#, name: "query")
            #expect(try await !Self.heard(connection).contains("tools/list"))
            // Sessions repeat nothing.
            let session = try await bridge.initialize(connection, version: "2025-11-25")
            let body = Wire.message("tools/call", #"{"name":"query","arguments":{"region":"eu"}}"#)
            #expect(try await connection.roundTrip(session: session, body: body).status == 200)
            #expect(try await !Self.heard(connection).contains("tools/list"))
        }
    }

    @Test("2026-07-28, Streamable HTTP, Client Behavior: tools that changed are asked for again")
    func changedToolsAreAskedForAgain() async throws {
        try await TestBridge.runShared(["--marked"]) { bridge in
            let connection = try await bridge.connect()
            #expect(try await Self.call(connection, #"{"region":"eu"}"#).status == 400)
            _ = try await connection.stateless("changed")
            try await bridge.wait { hub in
                if case .unknown? = hub.shared?.conversation.tools { true } else { false }
            }
            #expect(try await Self.call(connection, #"{"region":"eu"}"#).status == 400)
            let lists = try await Self.heard(connection).split(separator: #""tools/list""#).count - 1
            #expect(lists == 4)
        }
    }

    @Test(
        "2026-07-28, Server Behavior for Custom Headers: a server that does not tell its tools is called all the same")
    func secretsKeepNobodyWaiting() async throws {
        try await TestBridge.runShared(["--marked", "--secretive"]) { bridge in
            let connection = try await bridge.connect()
            async let answer = Self.call(connection, #"{"region":"eu"}"#)
            try await bridge.wait { $0.shared?.conversation.held.count == 1 }
            try await bridge.server.inspect { hub in
                hub.tickCalls(now: .now())
                hub.tickCalls(now: .now() + .seconds(11))
            }
            #expect(try await answer.status == 200)
            #expect(bridge.log.lines.contains { $0.contains("does not tell its tools") })
        }
    }

    @Test("2026-07-28, Server Behavior for Custom Headers: what clients are told of the tools is what counts")
    func toolsThatPassByAreKnown() throws {
        var conversation = SharedConversation()
        let message = { (text: String) in try JSONRPCMessage(parsing: ByteBuffer(string: text)) }
        let party = SharedConversation.Party.call(ExchangeID(rawValue: 1))
        _ = conversation.begin(client: "1")
        let hello = #"{"protocolVersion":"2025-06-18","capabilities":{"tools":{}}}"#
        _ = conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":1,"result":\#(hello)}"#))
        conversation.join(party)
        let call = try message(Wire.message("tools/call", #"{"name":"t","arguments":{"a":"x"}}"#))
        _ = conversation.receive(call, from: party)
        let asked = conversation.receive(
            fromChild: try message(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"t"}]}}"#))
        #expect(asked.count == 1)
        _ = conversation.receive(try message(Wire.message("tools/list")), from: party)
        let marked = #"{"name":"t","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}}"#
        _ = conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":4,"result":{"tools":[\#(marked)]}}"#))
        guard case .refuse(let error, party)? = conversation.receive(call, from: party).first else {
            Issue.record("the call went through")
            return
        }
        #expect(error.code == .headerMismatch)
    }

    @Test("2026-07-28, Server Behavior for Custom Headers: a call that is given up while it waits is not made")
    func heldCallsCanBeCancelled() async throws {
        try await TestBridge.runShared(["--marked", "--secretive"]) { bridge in
            let connection = try await bridge.connect()
            try await connection.send(
                headers: Wire.fields("tools/call", name: "query"),
                body: Wire.stateless("tools/call", #""name":"query","arguments":{"region":"eu"}"#))
            try await bridge.wait { $0.shared?.conversation.held.count == 1 }
            try await connection.close()
            try await bridge.wait { $0.shared?.conversation.held.isEmpty == true }
        }
    }
}

/// Servers that speak HTTP, whose header the bridge writes.
@Suite struct Specification2026ParameterOriginTests {
    private static let tools =
        #"{"resultType":"complete","ttlMs":0,"cacheScope":"private","tools":[{"name":"query","inputSchema":{"type":"#
        + #""object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}}]}"#

    private static func call(_ bridge: TestBridge) async throws -> Received {
        let connection = try await bridge.connect()
        let session = try await bridge.initialize(connection)
        let body = Wire.message("tools/call", id: "7", #"{"name":"query","arguments":{"region":"é"}}"#)
        return try await connection.roundTrip(session: session, body: body)
    }

    @Test("2026-07-28, Streamable HTTP, Client Behavior: arguments are repeated for clients that know nothing of that")
    func argumentsOfSessionsAreRepeated() async throws {
        let origin = TestOrigin { request in
            request.message?.method == "tools/list"
                ? .json(.ok, request.result(Self.tools)) : request.modernReply(hasSessions: false)
        }
        try await TestOrigin.run(origin) { bridge in
            for _ in 0..<2 {
                let answer = try await Self.call(bridge)
                #expect(answer.status == 200)
            }
        }
        let calls = origin.requests.filter { $0.message?.method == "tools/call" }
        #expect(calls.map { $0.field("mcp-param-region") } == ["=?base64?w6k=?=", "=?base64?w6k=?="])
        #expect(origin.methods.count { $0 == "tools/list" } == 1)
    }

    private static func tools(_ mark: String) -> String { tools.replacing(#""Region""#, with: #""\#(mark)""#) }

    /// The tools changed, and the server did not say so.
    @Test("2026-07-28, Streamable HTTP, Client Behavior: on a mismatch the tools are looked at, and it is tried again")
    func mismatchesAreTriedAgainOnce() async throws {
        let lists = Mutex(0)
        let origin = TestOrigin { request in
            switch request.message?.method {
            case "tools/list":
                let count = lists.withLock {
                    $0 += 1
                    return $0
                }
                return .json(.ok, request.result(Self.tools(count == 1 ? "Region" : "Zone")))
            case "tools/call" where request.field("mcp-param-zone") == nil:
                return .json(.badRequest, request.error(-32020))
            default: return request.modernReply(hasSessions: false)
            }
        }
        try await TestOrigin.run(origin) { bridge in
            for _ in 0..<2 {
                let answer = try await Self.call(bridge)
                #expect(answer.status == 200 && answer.id == "7")
                #expect(answer.value("result") != nil)
            }
        }
        let calls = origin.requests.filter { $0.message?.method == "tools/call" }
        #expect(calls.map { $0.field("mcp-param-region") != nil } == [true, false, false])
        #expect(lists.withLock { $0 } == 2)
    }

    @Test("2026-07-28, Streamable HTTP, Client Behavior: whoever is never content is asked twice")
    func mismatchesThatStayAreTold() async throws {
        let origin = TestOrigin { request in
            switch request.message?.method {
            case "tools/list": .json(.ok, request.result(Self.tools))
            case "tools/call": .json(.badRequest, request.error(-32020))
            default: request.modernReply(hasSessions: false)
            }
        }
        try await TestOrigin.run(origin) { bridge in
            let answer = try await Self.call(bridge)
            #expect(answer.code == -32020 && answer.id == "7")
        }
        #expect(origin.methods.count { $0 == "tools/call" } == 2)
    }

    @Test("2026-07-28, Streamable HTTP, Schema Extension: tools that mark wrongly are not shown to clients")
    func invalidToolsAreHidden() async throws {
        let wrong = Self.tools("no token").replacing(#""query""#, with: #""wrong\n""#)
        let page = #"{"a":1.0,"tools":[{"name":"plain"},{"name":"wrong\n"}],"nextCursor":"2"}"#
        let mixed = try #require(
            JSONText(validating: ByteBuffer(string: wrong)).member("tools")?.elements.first.map {
                page.replacing(#"{"name":"wrong\n"}"#, with: String(buffer: $0.bytes))
            })
        let origin = TestOrigin { request in
            request.message?.method == "tools/list"
                ? .json(.ok, request.result(mixed)) : request.modernReply(hasSessions: false)
        }
        try await TestOrigin.run(origin) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            for _ in 0..<2 {
                let shown = try await connection.roundTrip(session: session, body: Wire.message("tools/list"))
                #expect(
                    shown.value("result").map { String(buffer: $0.bytes) }
                        == #"{"a":1.0,"tools":[{"name":"plain"}],"nextCursor":"2"}"#)
            }
            #expect(bridge.log.lines.count { $0.contains("is not shown to clients") } == 1)
            // Such a client looks for itself.
            let own = try await connection.stateless("tools/list")
            #expect(own.value("result").map { String(buffer: $0.bytes) } == mixed)
        }
    }

    @Test("A server that judges the header itself is asked nothing")
    func statelessServersJudgeForThemselves() async throws {
        let origin = TestOrigin { $0.modernReply(hasSessions: false) }
        try await TestOrigin.run(origin) { bridge in
            let answer = try await bridge.connect().roundTrip(
                headers: Wire.fields("tools/call", name: "query") + [("Mcp-Param-Region", "any")],
                body: Wire.stateless("tools/call", #""name":"query","arguments":{"region":"eu"}"#))
            #expect(answer.status == 200)
        }
        #expect(!origin.methods.contains("tools/list"))
        let call = origin.requests.first { $0.message?.method == "tools/call" }
        #expect(call?.field("mcp-param-region") == "any")
    }

    @Test("A server with sessions behind the bridge sees no header, so that the bridge judges it")
    func headersForServersWithSessionsAreJudged() async throws {
        let origin = TestOrigin { request in
            if request.message?.method == "server/discover" { return .json(.badRequest) }
            return request.message?.method == "tools/list"
                ? .json(.ok, request.result(Self.tools)) : request.sessionReply()
        }
        try await TestOrigin.run(origin) { bridge in
            let connection = try await bridge.connect()
            for (region, status) in [("eu", 200), ("us", 400)] {
                let answer = try await connection.roundTrip(
                    headers: Wire.fields("tools/call", name: "query") + [("Mcp-Param-Region", region)],
                    body: Wire.stateless("tools/call", #""name":"query","arguments":{"region":"eu"}"#))
                #expect(answer.status == status)
            }
        }
        #expect(origin.methods.count { $0 == "tools/call" } == 1)
    }

    @Test("Whoever may not see the tools hears that from the server, and as whom it was asked")
    func refusedListsAreNoAnswer() async throws {
        let origin = TestOrigin { request in
            request.message?.method == "tools/list" || request.field("authorization") == nil
                ? .json(.unauthorized, fields: [("WWW-Authenticate", "Bearer")])
                : request.modernReply(hasSessions: false)
        }
        try await TestOrigin.run(origin, authorizes: true) { bridge in
            let connection = try await bridge.connect()
            let own = [("Authorization", "Bearer a")]
            let hello = try await connection.roundTrip(
                headers: own, body: Wire.message("initialize", #"{"protocolVersion":"2025-11-25"}"#))
            let session = try #require(hello.header("Mcp-Session-Id"))
            let body = Wire.message("tools/call", id: "7", #"{"name":"query","arguments":{"region":"eu"}}"#)
            let answer = try await connection.roundTrip(session: session, headers: own, body: body)
            #expect(answer.status == 200 && answer.id == "7")
        }
        let asked = origin.requests.filter { ["tools/list", "tools/call"].contains($0.message?.method) }
        #expect(asked.map { $0.message?.method } == ["tools/list", "tools/call"])
        #expect(asked.allSatisfy { $0.field("authorization") == "Bearer a" })
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// 2026-07-28: what clients without sessions get, whatever generation the server behind the bridge is of.
@Suite("2026-07-28: results and errors") struct Specification2026ResultTests {
    private static let legacy = #"{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"e"}}"#
    private static let modern = #"{"supportedVersions":["2026-07-28"],"capabilities":{}}"#
    private let exchange = ExchangeID(rawValue: 7)
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func introduction(_ text: String) throws -> ServerIntroduction {
        let result = try JSONText(validating: ByteBuffer(string: text))
        return try #require(ServerIntroduction(initialize: result) ?? ServerIntroduction(discover: result))
    }

    private func message(_ text: String) throws -> JSONRPCMessage {
        try JSONRPCMessage(parsing: ByteBuffer(string: text))
    }

    private func call(_ method: String) throws -> StatelessCall {
        StatelessCall(
            try message(Wire.stateless(method, id: "\"c\"")), .init(method: method, accepts: [.json, .events]),
            exchange: exchange, limits: .init(), now: start)
    }

    /// What a client gets for an answer of its server.
    private func answer(_ method: String, _ text: String, from server: String = legacy) throws -> (Int, JSONText) {
        var call = try call(method)
        let actions = call.receive(try message(text), from: try introduction(server), now: start)
        guard case .answer(exchange, let answer)? = actions.first else { throw NoAnswer() }
        return (Int(answer.status.code), try JSONText(validating: try #require(answer.body)))
    }

    private struct NoAnswer: Error {}

    private func integer(_ text: JSONText, _ member: String, _ name: String) -> Int? {
        text.member(member)?.member(name)?.integerValue
    }

    @Test(
        "2026-07-28, Caching, Cacheable Results: the results of these methods, and no others, say how long they hold",
        arguments: [
            ("tools/list", true), ("prompts/list", true), ("resources/list", true), ("resources/read", true),
            ("resources/templates/list", true), ("tools/call", false), ("prompts/get", false),
            ("completion/complete", false),
        ])
    func cacheableResults(_ method: String, _ isCacheable: Bool) throws {
        let (_, body) = try answer(method, #"{"jsonrpc":"2.0","id":"c","result":{"n":1}}"#)
        #expect(integer(body, "result", "ttlMs") == (isCacheable ? 0 : nil))
        #expect(body.member("result")?.member("cacheScope")?.stringValue == (isCacheable ? "private" : nil))
        // Base Protocol, "Responses": every result says what kind of result it is.
        #expect(body.member("result")?.member("resultType")?.stringValue == "complete")
    }

    @Test("2026-07-28, Caching, Cacheable Results: what asks for input carries no hints")
    func interimResultsAreNotCacheable() throws {
        let asks = #"{"jsonrpc":"2.0","id":"c","result":{"resultType":"input_required","requestState":"s"}}"#
        let (_, body) = try answer("resources/read", asks)
        #expect(body.member("result")?.member("ttlMs") == nil)
        #expect(body.member("result")?.member("cacheScope") == nil)
    }

    @Test("2026-07-28, Caching, Time-to-Live: hints of a server that gives some are left as they are")
    func ownHintsStay() throws {
        let hinted = #"{"jsonrpc":"2.0","id":"c","result":{"ttlMs":5,"cacheScope":"public"}}"#
        for server in [Self.legacy, Self.modern] {
            let (_, body) = try answer("tools/list", hinted, from: server)
            #expect(integer(body, "result", "ttlMs") == 5)
            #expect(body.member("result")?.member("cacheScope")?.stringValue == "public")
        }
    }

    @Test(
        "2026-07-28, Base Protocol, Error Codes: retired and reserved codes of older servers are not passed on",
        arguments: [
            (-32002, -32602, 200), (-32042, -32603, 200), (-32020, -32603, 200), (-32021, -32603, 200),
            (-32099, -32603, 200), (-32019, -32019, 200), (-32000, -32000, 200), (-32601, -32601, 404),
            (-32602, -32602, 200), (7, 7, 200),
        ])
    func codesOfOlderServers(_ code: Int, _ passed: Int, _ status: Int) throws {
        let text = #"{"jsonrpc":"2.0","id":"c","error":{"code":\#(code),"message":"m","data":[1.0]}}"#
        let (answered, body) = try answer("resources/read", text)
        #expect(answered == status)
        #expect(
            body == (try JSONText(validating: ByteBuffer(string: text.replacing("\(code)", with: "\(passed)")))))
    }

    @Test(
        "2026-07-28, Streamable HTTP: errors of a stateless server have the status that goes with them",
        arguments: [(-32020, 400), (-32021, 400), (-32022, 400), (-32601, 404), (-32602, 200), (-32603, 200)])
    func errorsOfStatelessServers(_ code: Int, _ status: Int) throws {
        let text = #"{"jsonrpc":"2.0","id":"c","error":{"code":\#(code),"message":"m"}}"#
        let (answered, body) = try answer("tools/call", text, from: Self.modern)
        #expect(answered == status)
        #expect(String(buffer: body.bytes) == text)
    }

    @Test("2026-07-28, Streamable HTTP, Receiving Messages: a request's stream carries nothing but what belongs to it")
    func streamsAreForTheirRequest() throws {
        let server = try introduction(Self.legacy)
        var call = try call("tools/call")
        for stray in [
            changed, question, #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info"}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}"#,
        ] {
            #expect(call.receive(try message(stray), from: server, now: start) == [])
        }
        // Nor anything after the answer ("Cancellation", and Progress, "Implementation Notes").
        let result = #"{"jsonrpc":"2.0","id":"c","result":{}}"#
        #expect(call.receive(try message(result), from: server, now: start).count == 1)
        let progress = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1}}"#
        for late in [result, progress] { #expect(call.receive(try message(late), from: server, now: start) == []) }
    }

    @Test("2026-07-28, Streamable HTTP, Receiving Messages: the answer ends the stream, which proxies do not buffer")
    func answersEndTheirStream() async throws {
        try await TestBridge.runShared { bridge in
            let connection = try await bridge.connect()
            let meta = Wire.meta(#""progressToken":"t""#)
            try await connection.send(
                headers: Wire.fields("progress"), body: Wire.stateless("progress", meta: meta))
            let head = try #require(await connection.head())
            #expect(head.headers.first(name: "Content-Type") == "text/event-stream")
            #expect(head.headers.first(name: "X-Accel-Buffering") == "no")
            for step in 1...3 {
                #expect(try await connection.event()?.contains(#""progressToken":"t","progress":\#(step)"#) == true)
            }
            #expect(try await connection.event()?.contains(#""id":1,"result":{"#) == true)
            #expect(try await connection.event() == nil)
        }
    }

    @Test(
        "2026-07-28, Cancellation, Transport-Specific: a client that leaves has cancelled its request",
        arguments: [true, false])
    func leavingIsCancelling(_ isStateless: Bool) async throws {
        try await TestBridge.runShared(isStateless ? ["--stateless"] : []) { bridge in
            let (leaving, staying) = (try await bridge.connect(), try await bridge.connect())
            try await leaving.send(headers: Wire.fields("hold"), body: Wire.stateless("hold"))
            try await bridge.wait { $0.shared?.conversation.pending.values.map(\.method) == ["hold"] }
            let number = try await bridge.server.inspect { $0.shared?.conversation.pending.keys.first }
            try await leaving.close()
            try await bridge.wait { $0.shared?.conversation.pending.isEmpty == true }
            let heard = try await staying.stateless("heard").body
            let cancelled = #""method":"notifications/cancelled","params":{"requestId":\#(try #require(number))"#
            #expect(heard.contains(cancelled))
            // The answer that comes all the same goes nowhere.
            #expect(try await staying.stateless("release").status == 200)
        }
    }

    @Test("2026-07-28, Discovery, Response: versions that the bridge has not are not offered")
    func onlyServedVersionsAreOffered() throws {
        let versions = #"{"supportedVersions":["2027-01-01","2026-07-28","2025-11-25"],"capabilities":{}}"#
        let result = try introduction(versions).discoverResult
        #expect(
            result.member("supportedVersions")?.elements.compactMap(\.stringValue) == ["2026-07-28", "2025-11-25"])
        let same = try introduction(Self.modern)
        #expect(same.discoverResult == same.result)
    }

    @Test("2026-07-28, Discovery: server/discover is there, with all that it must have", arguments: [true, false])
    func discoveryIsThere(_ isStateless: Bool) async throws {
        try await TestBridge.runShared(isStateless ? ["--stateless"] : []) { bridge in
            let answer = try await bridge.connect().stateless("server/discover", id: "\"d\"")
            #expect(answer.status == 200 && answer.id == "\"d\"")
            #expect(answer.value("result", "supportedVersions")?.elements == [JSONText("2026-07-28")])
            for member in ["capabilities", "ttlMs", "cacheScope", "resultType"] {
                #expect(answer.value("result", member) != nil)
            }
            #expect(answer.value("result", "_meta", "io.modelcontextprotocol/serverInfo", "name") != nil)
        }
    }
}

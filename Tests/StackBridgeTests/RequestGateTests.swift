// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

@Suite struct RequestGateTests {
    private static let usual: [(String, String)] = [
        ("Host", "localhost:8080"), ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ]

    private func route(
        _ method: HTTPMethod, _ uri: String = "/mcp", _ changes: [(String, String?)] = [],
        paths: EndpointPaths = EndpointPaths()
    ) -> RequestGate.Route {
        var headers = HTTPHeaders(Self.usual)
        for (name, value) in changes {
            headers.remove(name: name)
            if let value { headers.add(name: name, value: value) }
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
        return RequestGate(hosts: HostRules(), paths: paths).route(head)
    }

    private func refusal(_ route: RequestGate.Route) -> Answer? {
        if case .refuse(let answer) = route { answer } else { nil }
    }

    @Test(arguments: ["/mcp", "/mcp?x=/nothing"])
    func servesTheEndpoint(_ uri: String) {
        let expected = RequestGate.Post(session: "s", version: .v2025_06_18, accepts: [.json, .events])
        #expect(
            route(.POST, uri, [("mcp-session-id", "s"), ("mcp-protocol-version", "2025-06-18")]) == .post(expected))
        #expect(route(.GET, uri, [("Mcp-Session-Id", "s")]) == .stream(session: "s"))
        #expect(route(.DELETE, uri, [("Mcp-Session-Id", "s")]) == .delete(session: "s"))
    }

    @Test("2025-11-25, Transports, Security Warning, 1: 403, whatever else is wrong with a request from elsewhere")
    func theOriginIsJudgedFirst() {
        let changes = [("Origin", "https://evil.example"), ("Host", "evil.example"), ("Content-Type", "text/plain")]
        #expect(refusal(route(.POST, "/mcp", changes))?.status == .forbidden)
    }

    @Test(arguments: ["/mcp", "/github/mcp", "/a/b/mcp?x=1"])
    func takesPrefixesOff(_ uri: String) {
        let paths = EndpointPaths(prefixes: ["/github", "/a/b"])
        #expect(route(.DELETE, uri, [("Mcp-Session-Id", "s")], paths: paths) == .delete(session: "s"))
    }

    @Test(arguments: ["/githubmcp", "/github", "/x/mcp", "/github/github/mcp", "/github//mcp"])
    func takesNothingElseOff(_ uri: String) {
        #expect(refusal(route(.POST, uri, paths: EndpointPaths(prefixes: ["/github"])))?.status == .notFound)
    }

    @Test func servesAnEndpointElsewhere() {
        let paths = EndpointPaths(endpoint: "/x/y", prefixes: [])
        #expect(route(.DELETE, "/x/y", [("Mcp-Session-Id", "s")], paths: paths) == .delete(session: "s"))
        #expect(refusal(route(.POST, "/mcp", paths: paths))?.status == .notFound)
        #expect(route(.GET, "/healthz", paths: paths) == .health)
    }

    @Test(arguments: ["/", "/mcp/", "/mcpx", "/x?y=/mcp", "/github/mcp"])
    func refusesOtherPaths(_ uri: String) {
        #expect(refusal(route(.POST, uri))?.status == .notFound)
    }

    @Test func namesTheMethodsThatItServes() {
        for method: HTTPMethod in [.PUT, .PATCH, .HEAD, .OPTIONS] {
            let answer = refusal(route(method))
            #expect(answer?.status == .methodNotAllowed)
            #expect(answer?.fields == [.init("Allow", "GET, POST, DELETE")])
        }
        #expect(route(.GET, "/healthz") == .health)
        #expect(route(.HEAD, "/healthz") == .health)
        #expect(refusal(route(.POST, "/healthz"))?.fields == [.init("Allow", "GET, HEAD")])
    }

    @Test(
        arguments: [
            ("Host", nil, 400), ("Host", "evil.example", 421), ("Origin", "https://evil.example", 403),
            ("Origin", "null", 403), ("Content-Type", nil, 400), ("Content-Type", "text/plain", 415),
            ("Content-Encoding", "gzip", 415), ("Accept", "text/html", 406), ("Accept", "application/json;q=0", 406),
            ("Content-Length", "4194305", 413), ("X-Large", String(repeating: "x", count: 32 << 10), 431),
        ] as [(String, String?, Int)])
    func refuses(_ name: String, _ value: String?, _ status: Int) {
        #expect(refusal(route(.POST, "/mcp", [(name, value)])).map { Int($0.status.code) } == status)
    }

    @Test(arguments: ["1999-01-01", "2026-07-29", "", "2025-11-25 x"])
    func readsWhatIsInAVersionThatItDoesNotServe(_ version: String) {
        let field = [("MCP-Protocol-Version", Optional(version))]
        #expect(route(.POST, "/mcp", field) == .unsupported(version: version))
        #expect(refusal(route(.GET, "/mcp", field))?.status == .badRequest)
        #expect(refusal(route(.DELETE, "/mcp", field))?.status == .badRequest)
    }

    @Test func tellsStatelessRequestsByTheirVersion() {
        let fields = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "n")]
        let head = StatelessRequest.Head(method: "tools/call", name: "n", accepts: [.json, .events])
        #expect(route(.POST, "/mcp", fields.map { ($0.0, Optional($0.1)) }) == .stateless(head))
        for method: HTTPMethod in [.GET, .DELETE] {
            let answer = refusal(route(method, "/mcp", [("MCP-Protocol-Version", "2026-07-28")]))
            #expect(answer?.status == .methodNotAllowed)
            #expect(answer?.fields == [.init("Allow", "POST")])
        }
    }

    @Test(arguments: [
        ("Origin", "http://localhost:3000"), ("Content-Type", "Application/JSON; charset=utf-8"),
        ("Content-Length", "4194304"), ("MCP-Protocol-Version", "2025-11-25"), ("Content-Encoding", "identity"),
    ])
    func accepts(_ name: String, _ value: String) {
        #expect(refusal(route(.POST, "/mcp", [(name, value)])) == nil)
    }

    @Test(
        arguments: [
            ("*/*", AcceptedAnswers([.json, .events])), (nil, [.json, .events]), ("application/json", .json),
            ("text/event-stream;q=0.5", .events), ("TEXT/* , application/json; q=0.0", .events),
            ("application/*,text/html", .json),
        ] as [(String?, AcceptedAnswers)])
    func readsAccept(_ value: String?, _ expected: AcceptedAnswers) {
        guard case .post(let post) = route(.POST, "/mcp", [("Accept", value)]) else {
            Issue.record("refused")
            return
        }
        #expect(post.accepts == expected)
    }

    @Test func needsASessionForStreamAndEnd() {
        #expect(refusal(route(.GET))?.status == .badRequest)
        #expect(refusal(route(.DELETE))?.status == .badRequest)
        #expect(
            refusal(route(.GET, "/mcp", [("Accept", "application/json"), ("Mcp-Session-Id", "s")]))?.status
                == .notAcceptable)
    }

    @Test func refusesASecondHost() {
        var headers = HTTPHeaders(Self.usual)
        headers.add(name: "Host", value: "localhost")
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/mcp", headers: headers)
        #expect(refusal(RequestGate(hosts: HostRules(), paths: EndpointPaths()).route(head))?.status == .badRequest)
    }
}

/// 2025-11-25, "Transports": "Sending Messages", 3 and 4, and "Session Management", 2.
@Suite struct PostBodyTests {
    private func read(_ text: String, session: String? = nil) -> PostBody {
        let post = RequestGate.Post(session: session, version: nil, accepts: [.json, .events])
        return PostBody(ByteBuffer(string: text), of: post)
    }

    private func error(_ body: PostBody) throws -> (status: Int, code: Int?, id: JSONText?) {
        guard case .refuse(let answer) = body, let bytes = answer.body else { throw Accepted() }
        let text = try JSONText(validating: bytes)
        let code = text.range(at: "error", "code").flatMap { text.value(in: $0).integerValue }
        return (Int(answer.status.code), code, text.member("id"))
    }

    private struct Accepted: Error {}

    @Test(arguments: [
        ("{", -32700, "null"), ("", -32700, "null"), ("[]", -32600, "null"), ("7", -32600, "null"),
        (#"{"jsonrpc":"2.0","id":5}"#, -32600, "5"),
        (#"{"jsonrpc":"2.0","id":5,"method":"tools/list"}"#, -32000, "5"),
        (#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, -32000, "null"),
        (#"{"jsonrpc":"2.0","id":"d","method":"server/discover"}"#, -32020, "\"d\""),
        (#"[{"jsonrpc":"2.0","id":1,"method":"initialize"}]"#, -32600, "1"),
        (#"[{"jsonrpc":"2.0","id":1,"method":"x"}]"#, -32000, "null"),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":"#
                + #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#, -32020, "1"
        ),
    ])
    func refusesWithoutSession(_ body: String, _ code: Int, _ id: String) throws {
        let found = try error(read(body))
        #expect(found.status == 400)
        #expect(found.code == code)
        #expect(found.id.map { String(buffer: $0.bytes) } == id)
    }

    @Test func boundsBatches() throws {
        let note = #"{"jsonrpc":"2.0","method":"x"}"#
        let batch = { (count: Int) in "[" + Array(repeating: note, count: count).joined(separator: ",") + "]" }
        guard case .messages(let messages, isBatch: true) = read(batch(256), session: "s") else {
            Issue.record("refused")
            return
        }
        #expect(messages.count == 256)
        #expect(try error(read(batch(257), session: "s")).code == -32600)
    }

    @Test func opensWithInitialize() {
        guard case .initialize(let message) = read(#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#) else {
            Issue.record("refused")
            return
        }
        #expect(message.method == "initialize")
    }
}

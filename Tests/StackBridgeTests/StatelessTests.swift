// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

private let meta =
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

private func request(_ method: String, _ params: String = "", meta text: String = meta) -> String {
    let parameters = [params, text].filter { !$0.isEmpty }.joined(separator: ",")
    return #"{"jsonrpc":"2.0","id":"c","method":"\#(method)","params":{\#(parameters)}}"#
}

/// 2026-07-28, "Streamable HTTP": "Request Metadata" and "Server Validation".
@Suite struct StatelessRequestTests {
    private func judge(_ body: String, method: String?, name: String? = nil) -> StatelessRequest {
        StatelessRequest(
            ByteBuffer(string: body), of: .init(method: method, name: name, accepts: [.json, .events]))
    }

    private func refusal(_ body: String, method: String?, name: String? = nil) -> (Int, Int?)? {
        guard case .refuse(let answer) = judge(body, method: method, name: name) else { return nil }
        let text = answer.body.flatMap { try? JSONText(validating: $0) }
        let code = text?.range(at: "error", "code").flatMap { text?.value(in: $0).integerValue }
        return (Int(answer.status.code), code)
    }

    @Test func goodRequestsPass() {
        #expect(refusal(request("tools/list"), method: "tools/list") == nil)
        #expect(refusal(request("tools/call", #""name":"a b""#), method: "tools/call", name: "a b") == nil)
        #expect(refusal(request("resources/read", #""uri":"f:x""#), method: "resources/read", name: "f:x") == nil)
        #expect(
            refusal(request("tools/call", #""name":"é""#), method: "tools/call", name: "=?base64?w6k=?=") == nil)
        let notification = #"{"jsonrpc":"2.0","method":"notifications/x"}"#
        #expect(
            judge(notification, method: nil)
                == (try? .notification(JSONRPCMessage(parsing: ByteBuffer(string: notification)))))
    }

    @Test(
        arguments: [
            (request("tools/list"), nil, nil), (request("tools/list"), "tools/call", nil),
            (request("tools/list"), "Tools/list", nil),
            (request("tools/call", #""name":"a""#), "tools/call", nil),
            (request("tools/call", #""name":"a""#), "tools/call", "b"),
            (request("tools/call", #""name":"a""#), "tools/call", "=?base64?***?="),
            (
                request("tools/list", meta: meta.replacing("2026-07-28", with: "2025-11-25")), "tools/list", nil
            ),
        ] as [(String, String?, String?)])
    func fieldsMustMatchTheBody(_ body: String, _ method: String?, _ name: String?) {
        #expect(refusal(body, method: method, name: name)?.0 == 400)
        #expect(refusal(body, method: method, name: name)?.1 == -32020)
    }

    @Test(arguments: [
        request("tools/list", meta: ""), request("tools/list", meta: #""_meta":{}"#),
        request("tools/list", meta: #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#),
        #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
    ])
    func metaIsRequired(_ body: String) {
        #expect(refusal(body, method: "tools/list")?.0 == 400)
        #expect(refusal(body, method: "tools/list")?.1 == -32602)
    }

    @Test(arguments: ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"])
    func removedMethodsAreNotFound(_ method: String) {
        #expect(refusal(request(method), method: method)?.0 == 404)
        #expect(refusal(request(method), method: method)?.1 == -32601)
    }

    @Test(arguments: [
        ("{", -32700), (#"[{"jsonrpc":"2.0","id":1,"method":"a"}]"#, -32600),
        (#"{"jsonrpc":"2.0","id":1,"result":{}}"#, -32600), (#"{"jsonrpc":"1.0","id":1,"method":"a"}"#, -32600),
    ])
    func otherBodiesAreRefused(_ body: String, _ code: Int) {
        #expect(refusal(body, method: "a")?.0 == 400)
        #expect(refusal(body, method: "a")?.1 == code)
    }

    @Test(
        arguments: [
            ("plain", "plain"), ("=?base64?w6k=?=", "é"), ("=?base64??=", ""), ("=?base64?YQ==?=", "a"),
            ("=?base64?YWI=?=", "ab"), ("=?base64?YWJj?=", "abc"), ("=?base64?YQ?=", nil), ("=?base64?Y?=", nil),
            ("=?base64?/w==?=", nil), ("=?base64?Y=Q=?=", nil),
        ] as [(String, String?)])
    func valuesAreDecoded(_ field: String, _ text: String?) {
        #expect(HeaderText.decoded(field) == text)
    }
}

@Suite struct StatelessCallTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let exchange = ExchangeID(rawValue: 7)
    private static let result =
        #"{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"e"}}"#

    private func introduction() throws -> ServerIntroduction {
        try #require(ServerIntroduction(initialize: try JSONText(validating: ByteBuffer(string: Self.result))))
    }

    private func message(_ text: String) throws -> JSONRPCMessage {
        try JSONRPCMessage(parsing: ByteBuffer(string: text))
    }

    private func call(_ method: String, accepts: AcceptedAnswers = [.json, .events]) throws -> StatelessCall {
        StatelessCall(
            try message(request(method)), .init(method: method, name: nil, accepts: accepts), exchange: exchange,
            limits: .init(), now: start)
    }

    @Test func theServerSeesNothingOfTheNewProtocol() throws {
        let body = request(
            "tools/call", #""name":"n","_meta":{"progressToken":5,"io.modelcontextprotocol/x":1,"k":2}"#, meta: "")
        let translated = StatelessCall.translated(try message(body), for: try introduction())
        #expect(
            String(buffer: translated.text.bytes)
                == #"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"n","_meta":{"progressToken":5,"k":2}}}"#
        )
    }

    @Test func resultsGetWhatTheNewProtocolWants() throws {
        var list = try call("tools/list")
        let answer = #"{"jsonrpc":"2.0","id":"c","result":{"tools":[ ],"n":1.0}}"#
        let meta = #""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"e"}}"#
        let wanted =
            #"{"jsonrpc":"2.0","id":"c","result":{"tools":[ ],"n":1.0,"resultType":"complete","ttlMs":0,"cacheScope":"private",\#(meta)}}"#
        #expect(
            list.receive(try message(answer), from: try introduction(), now: start)
                == [.answer(exchange, .json(.ok, ByteBuffer(string: wanted)))])
        var tool = try call("tools/call")
        let wantedOfTool = #"{"jsonrpc":"2.0","id":"c","result":{"content":[],"resultType":"complete",\#(meta)}}"#
        #expect(
            tool.receive(
                try message(#"{"jsonrpc":"2.0","id":"c","result":{"content":[]}}"#), from: try introduction(),
                now: start)
                == [.answer(exchange, .json(.ok, ByteBuffer(string: wantedOfTool)))])
        #expect(tool.isOver)
    }

    @Test(arguments: [(-32601, 404), (-32602, 200), (1, 200)])
    func errorsHaveTheirStatus(_ code: Int, _ status: Int) throws {
        var call = try call("x")
        let error = #"{"jsonrpc":"2.0","id":"c","error":{"code":\#(code),"message":"m"}}"#
        guard
            case .answer(_, let answer)? = call.receive(try message(error), from: try introduction(), now: start).first
        else {
            Issue.record("no answer")
            return
        }
        #expect(Int(answer.status.code) == status)
    }

    @Test func progressAndSlownessMakeItAStream() throws {
        var call = try call("tools/call")
        let progress = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#
        let introduction = try introduction()
        #expect(
            call.receive(try message(progress), from: introduction, now: start)
                == [begin(7), event(7, progress)])
        #expect(call.tick(now: start + .seconds(14)) == [])
        #expect(call.tick(now: start + .seconds(15)) == [.sendPing(exchange)])
        let error = #"{"jsonrpc":"2.0","id":"c","error":{"code":-32601,"message":"m"}}"#
        #expect(
            call.receive(try message(error), from: introduction, now: start) == [event(7, error), end(7)])
        var slow = try self.call("tools/call")
        #expect(slow.tick(now: start + .seconds(4)) == [])
        #expect(slow.tick(now: start + .seconds(5)) == [begin(7), .sendPing(exchange)])
        var plain = try self.call("tools/call", accepts: [.json])
        #expect(plain.tick(now: start + .seconds(50)) == [])
        #expect(plain.receive(try message(progress), from: introduction, now: start) == [])
    }

    /// 2025-11-25, "Lifecycle", "Timeouts": at some time it is enough, whatever progress there is.
    @Test func noRequestGetsOlderThanASession() throws {
        let progress = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#
        var call = try call("tools/call")
        for hour in Int64(1)...24 {
            _ = call.receive(try message(progress), from: try introduction(), now: start + .hours(hour))
            guard hour < 24 else { break }
            #expect(call.tick(now: start + .hours(hour) + .minutes(9)) == [.sendPing(exchange)])
        }
        let over = call.tick(now: start + .hours(24))
        #expect(call.isOver)
        #expect(over.contains(end(7)))
        #expect(!over.contains(.suspect))
        // A stream of news ends as if the server had ended it.
        var news = try self.call("subscriptions/listen")
        _ = news.tick(now: start + .seconds(5))
        #expect(
            news.tick(now: start + .hours(24))
                == NewsStream.end(of: JSONText("c")).map { [event(7, String(buffer: $0)), end(7)] })
    }

    @Test func aServerThatDiesIsAnsweredFor() throws {
        var call = try call("x")
        let id = JSONText("c")
        #expect(
            call.fail("it died", retryAfter: 3)
                == [.answer(exchange, .unavailable("it died", code: .internalError, retryAfter: 3, id: id))])
        #expect(call.fail("again", retryAfter: 3) == [])
    }
}

/// 2026-07-28, "Subscriptions".
@Suite struct NewsStreamTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private static let result =
        #"{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},"prompts":{},"resources":{"subscribe":true}}}"#

    private func stream(_ filter: String) throws -> NewsStream? {
        let introduction = try #require(
            ServerIntroduction(initialize: try JSONText(validating: ByteBuffer(string: Self.result))))
        let body = #"{"jsonrpc":"2.0","id":5,"method":"subscriptions/listen","params":{\#(filter)}}"#
        return NewsStream(
            try JSONRPCMessage(parsing: ByteBuffer(string: body)), exchange: ExchangeID(rawValue: 7),
            introduction: introduction, limits: .init(), now: start)
    }

    @Test func whatTheServerHasIsAcknowledgedFirst() throws {
        let filter =
            #""notifications":{"toolsListChanged":true,"promptsListChanged":true,"resourceSubscriptions":["u"]}"#
        let stream = try #require(try stream(filter))
        let acknowledged =
            #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":5},"notifications":{"toolsListChanged":true,"resourceSubscriptions":["u"]}}}"#
        #expect(stream.open() == [begin(7), event(7, acknowledged)])
        #expect(stream.subscriptions.map(\.method) == ["resources/subscribe"])
    }

    @Test func onlyWhatWasAskedForIsTold() throws {
        var stream = try #require(try stream(#""notifications":{"toolsListChanged":true}"#))
        let told =
            #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":5}}}"#
        #expect(
            stream.receive(try JSONRPCMessage(parsing: ByteBuffer(string: changed)), now: start) == [event(7, told)])
        let other = changed.replacing("tools", with: "prompts")
        #expect(stream.receive(try JSONRPCMessage(parsing: ByteBuffer(string: other)), now: start) == [])
        #expect(stream.tick(now: start + .seconds(15)) == [.sendPing(ExchangeID(rawValue: 7))])
    }

    @Test func itEndsWithAResult() throws {
        let stream = try #require(try stream(#""notifications":{}"#))
        let ended =
            #"{"jsonrpc":"2.0","id":5,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":5},"resultType":"complete"}}"#
        #expect(stream.end() == [event(7, ended), end(7)])
        var old = stream
        #expect(old.tick(now: start + .hours(24)) == stream.end())
    }

    @Test func aFilterIsNeeded() throws {
        #expect(try stream("") == nil)
        #expect(try stream(#""notifications":[]"#) == nil)
    }
}

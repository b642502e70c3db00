// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// 2026-07-28, "Streamable HTTP": what a request has to be like, and what is answered when it is not.
@Suite("2026-07-28, Streamable HTTP: requests") struct Specification2026HTTPTests {
    @Test("2026-07-28, Streamable HTTP, Security & Endpoint, 1: an invalid Origin is answered 403")
    func originsAreValidated() async throws {
        try await TestBridge.run { bridge in
            for (method, path) in [(HTTPMethod.POST, "/mcp"), (.GET, "/mcp"), (.DELETE, "/mcp"), (.GET, "/healthz")] {
                let answer = try await bridge.connect().roundTrip(
                    method, path, headers: Wire.fields("tools/list") + [("Origin", "https://evil.example")],
                    body: method == .POST ? Wire.stateless("tools/list") : nil)
                #expect(answer.status == 403)
                #expect(answer.code == -32600 && answer.id == "null")
            }
            let good = try await bridge.connect().roundTrip(
                headers: Wire.fields("server/discover") + [("Origin", "http://localhost:1")],
                body: Wire.stateless("server/discover"))
            #expect(good.status == 200)
        }
    }

    @Test("2026-07-28, Streamable HTTP, Sending Messages, 5: a notification is answered 202 without a body")
    func notificationsAreAccepted() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            for fields in [Wire.fields("notifications/x"), [("MCP-Protocol-Version", "2026-07-28")]] {
                let body = Wire.message("notifications/x", id: nil)
                let answer = try await connection.roundTrip(headers: fields, body: body)
                #expect(answer.status == 202)
                #expect(answer.body.isEmpty && answer.header("Content-Type") == nil)
            }
        }
    }

    /// Nothing that the bridge need not understand is kept from the server.
    @Test(arguments: [true, false])
    func unknownNotificationsReachTheServer(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            _ = try await connection.stateless("tools/list")
            for method in ["notifications/x", "notifications/cancelled"] {
                let body = Wire.message(method, id: nil, #"{"a":1.50,\#(Wire.meta())}"#)
                #expect(try await connection.roundTrip(headers: Wire.fields(method), body: body).status == 202)
            }
            let said = try await connection.stateless("notified").value("result", "params")
            #expect(said.map { String(buffer: $0.bytes) } == #"{"a":1.50,"_meta":{}}"#)
        }
    }

    @Test(
        "2026-07-28, Streamable HTTP, Sending Messages, 4 and 5: what is no request or notification is an HTTP error",
        arguments: [
            ("{", -32700, "null"), ("\u{0}", -32700, "null"), ("7", -32600, "null"), ("[]", -32600, "null"),
            (#"[{"jsonrpc":"2.0","method":"notifications/x"}]"#, -32600, "null"),
            (#"{"jsonrpc":"2.0","id":5,"result":{}}"#, -32600, "null"),
            (#"{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"m"}}"#, -32600, "null"),
            (#"{"jsonrpc":"1.0","id":"x","method":"a"}"#, -32600, "\"x\""),
        ])
    func otherBodiesAreErrors(_ body: String, _ code: Int, _ id: String) async throws {
        try await TestBridge.run { bridge in
            let answer = try await bridge.connect().roundTrip(headers: Wire.fields("a"), body: body)
            #expect(answer.status == 400)
            #expect(answer.code == code && answer.id == id)
        }
    }

    @Test("2026-07-28, Transports, Messages: what is not UTF-8 is no message")
    func bodiesAreUTF8() {
        let body = ByteBuffer(
            bytes: Array(#"{"jsonrpc":"2.0","id":1,"method":""#.utf8) + [0xC3, 0x28] + Array("\"}".utf8))
        guard case .refuse(let answer) = StatelessRequest(body, of: .init(method: "a", name: nil, accepts: .json))
        else {
            Issue.record("accepted")
            return
        }
        #expect(answer.status == .badRequest)
        #expect(answer.body.map { String(buffer: $0).contains("-32700") } == true)
    }

    @Test("2026-07-28, Streamable HTTP, Sending Messages, 6: a request is answered by JSON or by an event stream")
    func requestsAreAnsweredInOneOfTwoForms() async throws {
        try await TestBridge.runShared { bridge in
            let connection = try await bridge.connect()
            for (accept, type) in [
                ("application/json, text/event-stream", "application/json"), ("application/json", "application/json"),
                ("text/event-stream", "text/event-stream"),
            ] {
                let answer = try await connection.roundTrip(
                    headers: Wire.fields("echo") + [("Accept", accept)], body: Wire.stateless("echo", #""n":1"#))
                #expect(answer.status == 200)
                #expect(answer.header("Content-Type") == type)
                #expect(answer.body.contains(#""id":1,"result":{"n":1,"#))
            }
            let none = try await bridge.connect().roundTrip(
                headers: Wire.fields("echo") + [("Accept", "text/html")], body: Wire.stateless("echo"))
            #expect(none.status == 406)
        }
    }

    @Test(
        "2026-07-28, Streamable HTTP, Earlier Revisions: names of sessions and events are ignored and not echoed",
        arguments: [true, false])
    func theOldFieldsAreIgnored(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let answer = try await bridge.connect().roundTrip(
                session: "nobody", headers: Wire.fields("echo") + [("Last-Event-ID", "3-1")],
                body: Wire.stateless("echo"))
            #expect(answer.status == 200)
            #expect(answer.header("Mcp-Session-Id") == nil)
        }
    }

    @Test("2026-07-28, Base Protocol, Statelessness: requests of several clients share a connection")
    func nothingIsRemembered() async throws {
        try await TestBridge.runShared { bridge in
            let connection = try await bridge.connect()
            _ = try await connection.stateless("server/discover")
            // What one request said of its client does not stand in for what the next one leaves out.
            let bare = try await connection.roundTrip(
                headers: Wire.fields("echo"), body: Wire.stateless("echo", meta: #""_meta":{}"#))
            #expect(bare.status == 400 && bare.code == -32602)
            let session = try await bridge.initialize(connection)
            #expect(try await connection.stateless("echo").status == 200)
            #expect(try await connection.exchange(Wire.message("echo"), session: session).0?.status == .ok)
        }
    }
}

/// 2026-07-28, "Streamable HTTP", "Request Metadata".
@Suite("2026-07-28, Streamable HTTP: request metadata") struct Specification2026MetadataTests {
    @Test(
        "2026-07-28, Streamable HTTP, Protocol Version Header: another version in header and body is a mismatch",
        arguments: [("2026-07-28", "2025-11-25"), ("2025-11-25", "2026-07-28"), ("2026-07-28", "1900-01-01")])
    func versionsMustMatch(_ header: String, _ body: String) async throws {
        try await TestBridge.run { bridge in
            let answer = try await bridge.connect().roundTrip(
                headers: Wire.fields("tools/list", version: header),
                body: Wire.stateless("tools/list", id: "9", meta: Wire.meta(version: body)))
            #expect(answer.status == 400)
            #expect(answer.code == -32020 && answer.id == "9")
            #expect(try await bridge.server.inspect { $0.children.count } == 0)
        }
    }

    @Test(
        "2026-07-28, Streamable HTTP, Protocol Version Header: an unknown version is answered 400 with those served",
        arguments: ["1900-01-01", "2026-07-29", "2027-01-01", "DRAFT"])
    func unknownVersionsAreRefused(_ version: String) async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let body = Wire.stateless("tools/list", id: "\"v\"", meta: Wire.meta(version: version))
            let answer = try await connection.roundTrip(
                headers: Wire.fields("tools/list", version: version), body: body)
            #expect(answer.status == 400)
            // The id is in the body, which therefore has to be read (Base Protocol, "Error Responses").
            #expect(answer.code == -32022 && answer.id == "\"v\"")
            #expect(answer.value("error", "data", "requested") == JSONText(version))
            #expect(
                answer.value("error", "data", "supported")?.elements.compactMap(\.stringValue)
                    == ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
            // The client chooses one of them on the same connection.
            #expect(try await connection.stateless("echo").status == 200)
        }
    }

    @Test("2026-07-28, Streamable HTTP, Protocol Version Header: without it a request is one of 2025-03-26")
    func withoutAVersionItIsAnOldRequest() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let modern = try await connection.roundTrip(body: Wire.stateless("tools/list"))
            #expect(modern.status == 400 && modern.code == -32020 && modern.id == "1")
            #expect(try await connection.roundTrip(body: Wire.message("initialize")).status == 200)
        }
    }

    @Test(
        "2026-07-28, Streamable HTTP, Protocol Version Header: an unknown method is answered 404 with -32601",
        arguments: [true, false])
    func unknownMethodsAreNotFound(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            for method in ["unknown", "initialize", "ping"] {
                let answer = try await connection.stateless(method, id: "\"m\"")
                #expect(answer.status == 404)
                #expect(answer.code == -32601 && answer.id == "\"m\"")
            }
        }
    }

    /// The fields that are added to a request that is all right without them, or replace those that it has.
    @Test(
        "2026-07-28, Streamable HTTP, Server Validation: fields that are missing, doubled or malformed are a mismatch",
        arguments: [
            ["Mcp-Method": "tools/list"], ["Mcp-Method": "tools/call, tools/call"], ["Mcp-Method": "TOOLS/CALL"],
            ["Mcp-Name": "other"], ["Mcp-Name": "É"], ["Mcp-Name": ""], ["Mcp-Name": "=?base64?w4k?="],
            ["Mcp-Name": "=?BASE64?w4k=?="], ["Mcp-Name": "=?Base64?w4k=?="], ["Mcp-Name": "=?base64?/w==?="],
            // É in two code points.
            ["Mcp-Name": "=?base64?RcyB?="],
        ])
    func fieldsMustMatch(_ changes: [String: String]) async throws {
        try await TestBridge.run { bridge in
            let fields = Wire.fields("tools/call", name: "=?base64?w4k=?=")
            let body = Wire.stateless("tools/call", id: "7", #""name":"É""#)
            let good = try await bridge.connect().roundTrip(headers: fields, body: body)
            #expect(good.status == 200)
            let bad = try await bridge.connect().roundTrip(
                headers: fields + changes.map { ($0.key, $0.value) }, body: body)
            #expect(bad.status == 400)
            #expect(bad.code == -32020 && bad.id == "7")
        }
    }

    @Test(
        "2026-07-28, Streamable HTTP, Standard Request Headers: every method whose name the header has to say",
        arguments: [("tools/call", "name"), ("prompts/get", "name"), ("resources/read", "uri")])
    func namesMustMatch(_ method: String, _ member: String) async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let body = Wire.stateless(method, id: "7", #""\#(member)":"file:///a b""#)
            let good = try await connection.roundTrip(headers: Wire.fields(method, name: "file:///a b"), body: body)
            #expect(good.status == 200)
            for name in ["file:///a", nil] {
                let bad = try await connection.roundTrip(headers: Wire.fields(method, name: name), body: body)
                #expect(bad.status == 400)
                #expect(bad.code == -32020 && bad.id == "7")
            }
        }
    }

    @Test(
        "2026-07-28, Streamable HTTP, Server Validation: a field that is there twice is not judged by one of the two",
        arguments: [("Mcp-Method", "tools/list"), ("Mcp-Name", "b"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "a")])
    func doubledFieldsAreMalformed(_ name: String, _ value: String) async throws {
        try await TestBridge.run { bridge in
            let answer = try await bridge.connect().roundTrip(
                headers: Wire.fields("tools/call", name: "a"), adding: [(name, value)],
                body: Wire.stateless("tools/call", #""name":"a""#))
            #expect(answer.status == 400 && answer.code == -32020)
            let versions = try await bridge.connect().roundTrip(
                headers: Wire.fields("echo"), adding: [("MCP-Protocol-Version", "2025-11-25")],
                body: Wire.stateless("echo"))
            #expect(versions.status == 400 && versions.code == -32022)
        }
    }

    @Test("2026-07-28, Streamable HTTP, Case Sensitivity: field names in any case, white space around values")
    func fieldNamesHaveNoCase() async throws {
        try await TestBridge.run { bridge in
            let answer = try await bridge.connect().roundTrip(
                headers: [
                    ("mcp-protocol-VERSION", " 2026-07-28 "), ("MCP-METHOD", "\ttools/call"), ("mcp-name", "a b \t"),
                ], body: Wire.stateless("tools/call", #""name":"a b""#))
            #expect(answer.status == 200)
        }
    }

    @Test("2026-07-28, Streamable HTTP, Server Behavior for Custom Headers: those nobody asked for are ignored")
    func unknownParameterFieldsAreIgnored() async throws {
        try await TestBridge.run { bridge in
            let answer = try await bridge.connect().roundTrip(
                headers: Wire.fields("tools/call", name: "a") + [("Mcp-Param-Region", "x")],
                body: Wire.stateless("tools/call", #""name":"a","arguments":{"region":"y"}"#))
            #expect(answer.status == 200)
        }
    }
}

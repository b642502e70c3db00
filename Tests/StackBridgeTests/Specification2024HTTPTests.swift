// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// 2024-11-05, "Transports", "HTTP with SSE".
@Suite("2024-11-05, Transports, HTTP with SSE") struct Specification2024HTTPTests {
    private func open(_ bridge: TestBridge) async throws -> (stream: TestConnection, endpoint: String) {
        let stream = try await bridge.connect()
        try await stream.send(.GET, "/sse", headers: [("Accept", "text/event-stream")])
        #expect(await stream.head()?.headers.first(name: "X-Accel-Buffering") == "no")
        let first = try #require(try await stream.rawEvent())
        #expect(first.event == "endpoint")
        return (stream, String(buffer: first.data))
    }

    @Test("2024-11-05, Transports, Security Warning, 1: Origin is validated at both endpoints")
    func originsAreValidated() async throws {
        try await TestBridge.run { bridge in
            let (_, endpoint) = try await open(bridge)
            for (method, path) in [(HTTPMethod.GET, "/sse"), (.POST, endpoint)] {
                let answer = try await bridge.connect().roundTrip(
                    method, path, headers: [("Origin", "https://evil.example")],
                    body: method == .POST ? Wire.message("initialize") : nil)
                #expect(answer.status == 403)
            }
            #expect(try await bridge.server.inspect { $0.sessions.count } == 1)
        }
    }

    @Test(
        "2024-11-05, Transports, HTTP with SSE: the endpoint comes first, messages are events of that name",
        arguments: [true, false])
    func theEndpointComesFirst(_ shares: Bool) async throws {
        try await TestBridge.run(["--any-version"], configure: { $0.sharesSessions = shares }) { bridge in
            let (stream, endpoint) = try await open(bridge)
            let poster = try await bridge.connect()
            let body = Wire.message("initialize", id: "0", #"{"protocolVersion":"2024-11-05"}"#)
            let accepted = try await poster.roundTrip(.POST, endpoint, body: body)
            #expect(accepted.status == 202 && accepted.body.isEmpty)
            let event = try #require(try await stream.rawEvent())
            #expect(event.event == "message")
            let answer = try JSONText(validating: event.data)
            #expect(answer.member("id") == JSONText(0))
            #expect(answer.member("result")?.member("protocolVersion") == JSONText("2024-11-05"))
            let note = try await poster.roundTrip(
                .POST, endpoint, body: Wire.message("notifications/initialized", id: nil))
            #expect(note.status == 202)
        }
    }

    @Test("2024-11-05, Transports, HTTP with SSE: two clients have two endpoints, and their equal ids never meet")
    func clientsAreApart() async throws {
        try await TestBridge.runShared { bridge in
            let (first, one) = try await open(bridge)
            let (second, two) = try await open(bridge)
            #expect(one != two)
            let poster = try await bridge.connect()
            for (stream, endpoint) in [(first, one), (second, two)] {
                _ = try await poster.roundTrip(.POST, endpoint, body: Wire.message("initialize"))
                _ = try await stream.event()
            }
            _ = try await poster.roundTrip(.POST, one, body: Wire.message("hold"))
            _ = try await poster.roundTrip(.POST, two, body: Wire.message("release"))
            #expect(try await first.event() == #"{"jsonrpc":"2.0","id":1,"result":"first"}"#)
            #expect(try await second.event() == #"{"jsonrpc":"2.0","id":1,"result":"second"}"#)
        }
    }

    @Test("2024-11-05, Transports, HTTP with SSE: what cannot be accepted is an HTTP error")
    func badInputIsAnError() async throws {
        try await TestBridge.run { bridge in
            let (_, endpoint) = try await open(bridge)
            let unknown = "/messages?sessionId=x"
            for (path, type, body, status) in [
                (endpoint, "application/json", "{", 400), (endpoint, "application/json", "[]", 400),
                (endpoint, "text/plain", "{}", 415), (unknown, "application/json", Wire.message("x"), 404),
                ("/messages", "application/json", Wire.message("x"), 400),
            ] {
                let answer = try await bridge.connect().roundTrip(
                    .POST, path, headers: [("Content-Type", type)], body: body)
                #expect(answer.status == status)
            }
        }
    }

    @Test(
        "2024-11-05, Lifecycle, Initialization: initialize is the first request, though a ping may come before it",
        arguments: [true, false])
    func initializeComesFirst(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let (stream, endpoint) = try await open(bridge)
            let poster = try await bridge.connect()
            let early = try await poster.roundTrip(.POST, endpoint, body: Wire.message("echo", id: "\"e\""))
            #expect(early.status == 400 && early.code == -32600 && early.id == "\"e\"")
            #expect(try await poster.roundTrip(.POST, endpoint, body: Wire.message("ping")).status == 202)
            #expect(try await stream.event() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            _ = try await poster.roundTrip(.POST, endpoint, body: Wire.message("initialize", id: "2"))
            #expect(try await stream.event()?.contains(#""id":2,"result":{"#) == true)
            _ = try await poster.roundTrip(.POST, endpoint, body: Wire.message("echo", id: "3"))
            #expect(try await stream.event() == #"{"jsonrpc":"2.0","id":3,"result":{}}"#)
        }
    }

    @Test("2025-11-25, Transports, Backwards Compatibility: the old endpoints stand beside the new one")
    func allGenerationsAtOnce() async throws {
        try await TestBridge.runShared { bridge in
            let (stream, endpoint) = try await open(bridge)
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            _ = try await connection.roundTrip(.POST, endpoint, body: Wire.message("initialize"))
            #expect(try await stream.event()?.contains("protocolVersion") == true)
            #expect(try await connection.exchange(Wire.message("echo"), session: session).0?.status == .ok)
            #expect(try await connection.stateless("echo").status == 200)
            #expect(try await bridge.server.inspect { $0.children.count } == 1)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import NIOPosix
import Testing

@testable import StackBridge

/// What goes over the wire, byte for byte.
@Suite struct WireTests {
    private static let health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private static let lastHealth = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    private static let healthy =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}"
    private static let lastHealthy =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
        + "{\"status\":\"ok\"}"
    private static let badRequest = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    /// Sends bytes and returns all that comes until the bridge closes the connection.
    private func answers(to bytes: String, from bridge: TestBridge) async throws -> String {
        let (parts, continuation) = AsyncStream<ByteBuffer>.makeStream()
        let address = try #require(bridge.server.addresses.first)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PartCollector(continuation))
                }
            }
            .connect(to: address).get()
        try await channel.writeAndFlush(ByteBuffer(string: bytes)).get()
        var received = ByteBuffer()
        for await part in parts { received.writeImmutableBuffer(part) }
        return String(buffer: received)
    }

    @Test func answersRequestsThatCameEarlyInTheirOrder() async throws {
        try await TestBridge.run { bridge in
            let session = try await bridge.initialize(try await bridge.connect())
            let body = #"{"jsonrpc":"2.0","id":"a","method":"x","params":[1]}"#
            let call =
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Mcp-Session-Id: \(session)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            let result = #"{"jsonrpc":"2.0","id":"a","result":[1]}"#
            let answer =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(result.utf8.count)\r\n\r\n"
                + result
            let all = try await answers(to: call + Self.health + call + Self.lastHealth + call, from: bridge)
            #expect(all == answer + Self.healthy + answer + Self.lastHealthy)
            let broken = try await answers(to: call + Self.health + call + "no HTTP\r\n\r\n", from: bridge)
            #expect(broken == answer + Self.healthy + answer + Self.badRequest)
        }
    }

    @Test func answersAnyNumberOfEarlyRequests() async throws {
        try await TestBridge.run { bridge in
            // The bridge answers these itself, and at once.
            let request = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let one = try await answers(to: request + Self.lastHealth, from: bridge)
            #expect(one.hasPrefix("HTTP/1.1 404 ") && one.hasSuffix(Self.lastHealthy))
            let answer = String(one.dropLast(Self.lastHealthy.count))
            let all = try await answers(to: String(repeating: request, count: 5000) + Self.lastHealth, from: bridge)
            #expect(all == String(repeating: answer, count: 5000) + Self.lastHealthy)
        }
    }

    @Test func speaksTheClientsVersionOfHTTP() async throws {
        try await TestBridge.run { bridge in
            let request = "GET /healthz HTTP/1.0\r\nHost: localhost\r\n"
            let body = "Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}"
            let all = try await answers(
                to: request + "Connection: keep-alive\r\n\r\n" + request + "\r\n", from: bridge)
            #expect(
                all == "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + body
                    + "HTTP/1.0 200 OK\r\nConnection: close\r\n" + body)
        }
    }

    @Test func sendsNoBodyToHEAD() async throws {
        try await TestBridge.run { bridge in
            let request = "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let head = try await answers(to: request, from: bridge)
            #expect(head + "{\"status\":\"ok\"}" == Self.lastHealthy)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection to a bridge, as a client that decides everything itself.
final class TestConnection {
    private let channel: any Channel
    private var parts: AsyncStream<HTTPClientResponsePart>.AsyncIterator
    private var decoder = ServerSentEventDecoder()
    private var events: [ServerSentEvent] = []

    private init(_ channel: any Channel, _ parts: AsyncStream<HTTPClientResponsePart>) {
        self.channel = channel
        self.parts = parts.makeAsyncIterator()
    }

    static func open(_ address: SocketAddress) async throws -> TestConnection {
        let (parts, continuation) = AsyncStream<HTTPClientResponsePart>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(PartCollector(continuation))
                }
            }
            .connect(to: address).get()
        return TestConnection(channel, parts)
    }

    /// Sends a request, or only its head when `length` announces a body (-1: of unknown length).
    func send(
        _ method: HTTPMethod = .POST, _ path: String = "/mcp", session: String? = nil,
        headers extra: [(String, String)] = [], adding more: [(String, String)] = [], body: String? = nil,
        length: Int? = nil
    ) async throws {
        var headers = HTTPHeaders([("Host", "localhost"), ("Accept", "application/json, text/event-stream")])
        if method == .POST { headers.add(name: "Content-Type", value: "application/json") }
        if let session { headers.add(name: "Mcp-Session-Id", value: session) }
        if let length = length ?? body?.utf8.count, length >= 0 {
            headers.add(name: "Content-Length", value: String(length))
        }
        for (name, value) in extra { headers.replaceOrAdd(name: name, value: value) }
        for (name, value) in more { headers.add(name: name, value: value) }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        guard length == nil else { return channel.flush() }
        try await finish(body ?? "")
    }

    /// Sends the body of a request whose head was sent.
    func finish(_ body: String) async throws {
        channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
        try await channel.writeAndFlush(HTTPClientRequestPart.end(nil)).get()
    }

    /// The head of the next response; nil when the connection is closed.
    func head() async -> HTTPResponseHead? {
        while let part = await parts.next() {
            if case .head(let head) = part, head.status != .continue { return head }
        }
        return nil
    }

    /// The rest of the response.
    func body() async -> String {
        var body = ByteBuffer()
        while let part = await parts.next() {
            // A part may end within a character.
            guard case .body(let bytes) = part else { break }
            body.writeImmutableBuffer(bytes)
        }
        return String(buffer: body)
    }

    /// The data of the next event; nil when the stream has ended.
    func event() async throws -> String? {
        try await namedEvent()?.data
    }

    /// The next event that has data, and its id; nil when the stream has ended.
    func namedEvent() async throws -> (data: String, id: String?)? {
        while let event = try await rawEvent() {
            if event.data.readableBytes > 0 { return (String(buffer: event.data), event.id) }
        }
        return nil
    }

    /// The next event, also one that only names where to go on; nil when the stream has ended.
    func rawEvent() async throws -> ServerSentEvent? {
        while events.isEmpty {
            guard case .body(let bytes) = await parts.next() else { return nil }
            events += try decoder.decode(bytes)
        }
        return events.removeFirst()
    }

    /// Sends bytes of a body whose end is still to come.
    func sendPart(_ bytes: String) async throws {
        try await channel.writeAndFlush(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: bytes)))).get()
    }

    /// Sends a request and takes its whole answer.
    func exchange(_ body: String, session: String? = nil) async throws -> (HTTPResponseHead?, String) {
        try await send(session: session, body: body)
        let head = await head()
        return (head, await self.body())
    }

    func close() async throws {
        try await channel.close().get()
    }
}

/// Hands on what a channel reads, until it is closed.
final class PartCollector<Part: Sendable>: ChannelInboundHandler {
    typealias InboundIn = Part
    private let parts: AsyncStream<Part>.Continuation

    init(_ parts: AsyncStream<Part>.Continuation) {
        self.parts = parts
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parts.yield(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        parts.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

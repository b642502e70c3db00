// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import StackBridge

/// A server that speaks HTTP itself, in this process, whose answers a test decides.
final class TestOrigin: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: String

        /// The message in it.
        var message: JSONRPCMessage? { try? JSONRPCMessage(parsing: ByteBuffer(string: body)) }

        func field(_ name: String) -> String? { head.headers.first(name: name) }
    }

    enum Reply: Sendable {
        case json(HTTPResponseStatus = .ok, String = "", fields: [(String, String)] = [])
        /// Events, and the end of the stream.
        case events([ServerSentEvent])
        /// Events, and a stream that stays open.
        case open([ServerSentEvent])
        /// Events on the stream that was left open, and 202.
        case push([ServerSentEvent])
        /// The connection is closed.
        case close
        case nothing
    }

    private let box = Mutex<[Request]>([])
    private let channel = Mutex<(any Channel)?>(nil)
    private let stream = Mutex<(any Channel)?>(nil)
    private let reply: @Sendable (Request) -> Reply

    init(_ reply: @escaping @Sendable (Request) -> Reply) {
        self.reply = reply
    }

    /// What was asked so far.
    var requests: [Request] { box.withLock { $0 } }

    /// The methods of the messages and of the requests without one, in order.
    var methods: [String] { requests.map { $0.message?.method ?? $0.head.method.rawValue } }

    func start() async throws -> OriginAddress {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        channel.withLock { $0 = listener }
        return try #require(OriginAddress("http://127.0.0.1:\(listener.localAddress?.port ?? 0)/mcp"))
    }

    func stop() async throws {
        try await channel.withLock { $0 }?.close().get()
    }

    /// Runs a test with a bridge in front of an origin.
    static func run(
        _ origin: TestOrigin, transport: HTTPTransport = .streamableHTTP, authorizes: Bool = false,
        configure: (inout BridgeConfiguration) -> Void = { _ in }, _ test: (TestBridge) async throws -> Void
    ) async throws {
        let address = try await origin.start()
        try await TestBridge.run(
            command: [],
            configure: { configuration in
                configuration.origin = BridgeConfiguration.Origin(
                    address: address, transport: transport, authorizesClients: authorizes)
                configure(&configuration)
            }, test)
        try await origin.stop()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let origin: TestOrigin
        private var head: HTTPRequestHead?
        private var body = ""

        init(_ origin: TestOrigin) {
            self.origin = origin
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, "")
            case .body(let part): body += String(buffer: part)
            case .end:
                guard let head else { return }
                let request = Request(head: head, body: body)
                origin.box.withLock { $0.append(request) }
                answer(origin.reply(request), context)
            }
        }

        private func answer(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .nothing: return
            case .close: context.close(promise: nil)
            case .json(let status, let text, let fields):
                var headers = HTTPHeaders(fields)
                if !text.isEmpty { headers.add(name: "Content-Type", value: "application/json; charset=utf-8") }
                headers.add(name: "Content-Length", value: String(text.utf8.count))
                write(status, headers, ByteBuffer(string: text), context)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .events(let events):
                write(events, context)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .open(let events):
                origin.stream.withLock { $0 = context.channel }
                write(events, context)
            case .push(let events):
                var buffer = ByteBuffer()
                for event in events { buffer.writeServerSentEvent(event) }
                origin.stream.withLock { $0 }?.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer)))
                    .cascade(to: nil)
                answer(.json(.accepted), context)
            }
        }

        private func write(_ events: [ServerSentEvent], _ context: ChannelHandlerContext) {
            var buffer = ByteBuffer(string: ": hello\n\n")
            for event in events { buffer.writeServerSentEvent(event) }
            write(.ok, HTTPHeaders([("Content-Type", "text/event-stream")]), buffer, context)
        }

        private func write(
            _ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer, _ context: ChannelHandlerContext
        ) {
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
    }
}

extension TestOrigin.Request {
    /// The result for the request in it, with its id.
    func result(_ text: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(message?.id.map { String(buffer: $0.bytes) } ?? "null"),"result":\#(text)}"#
    }

    /// The error for the request in it.
    func error(_ code: Int) -> String {
        #"{"jsonrpc":"2.0","id":\#(message?.id.map { String(buffer: $0.bytes) } ?? "null"),"#
            + #""error":{"code":\#(code),"message":"no"}}"#
    }

    /// What a server with sessions answers (2025-06-18).
    func sessionReply(_ other: (TestOrigin.Request) -> TestOrigin.Reply? = { _ in nil }) -> TestOrigin.Reply {
        if let reply = other(self) { return reply }
        switch (head.method, message?.method) {
        case (.POST, "initialize"):
            let hello =
                #"{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true}},"#
                + #""serverInfo":{"name":"o","version":"1"}}"#
            return .json(.ok, result(hello), fields: [("Mcp-Session-Id", "origin-session")])
        case (.POST, _) where message?.kind == .request: return .json(.ok, result(#"{"tools":[]}"#))
        case (.POST, _): return .json(.accepted)
        case (.DELETE, _): return .json(.ok)
        default: return .json(.methodNotAllowed)
        }
    }

    /// What a server answers that knows stateless requests, and sessions too unless told otherwise.
    func modernReply(hasSessions: Bool = true) -> TestOrigin.Reply {
        guard message?.text.range(at: "params", "_meta", MCPMeta.protocolVersion) != nil else {
            return hasSessions ? sessionReply() : .json(.badRequest, error(-32022))
        }
        if message?.method == "server/discover" {
            return .json(
                .ok,
                result(
                    #"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"#
                        + #""ttlMs":5,"cacheScope":"public"}"#))
        }
        if message?.method == "subscriptions/listen" {
            let acknowledgement =
                #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{}}}"#
            return .open([ServerSentEvent(data: ByteBuffer(string: acknowledgement))])
        }
        return .json(.ok, result(#"{"resultType":"complete","tools":[],"ttlMs":7,"cacheScope":"public"}"#))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import NIOHTTP1

/// Answers one request and closes the connection.
final class StatusHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Requests have no body worth reading; one beyond this ends the connection.
    private static let mostBodyBytes = 65_536

    private let render: @Sendable () async throws -> [UInt8]
    private var head: HTTPRequestHead?
    private var bodyBytes = 0

    /// Creates a handler that asks a closure for the JSON text.
    init(render: @escaping @Sendable () async throws -> [UInt8]) {
        self.render = render
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            if bodyBytes > Self.mostBodyBytes { context.close(promise: nil) }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = request.uri.prefix { $0 != "?" }
        guard path == "/status" else {
            respond(.notFound, text: "there is only /status\n", to: request, context)
            return
        }
        guard request.method == .GET || request.method == .HEAD else {
            respond(.methodNotAllowed, text: "/status can only be read\n", to: request, context)
            return
        }
        let promise = context.eventLoop.makePromise(of: [UInt8].self)
        promise.completeWithTask(render)
        promise.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let bytes): self.respond(.ok, "application/json", bytes, to: request, context)
            case .failure:
                self.respond(.internalServerError, text: "the state has no text form\n", to: request, context)
            }
        }
    }

    private func respond(
        _ status: HTTPResponseStatus, text: String, to request: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        respond(status, "text/plain; charset=utf-8", Array(text.utf8), to: request, context)
    }

    private func respond(
        _ status: HTTPResponseStatus, _ type: String, _ bytes: [UInt8], to request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        guard context.channel.isActive else { return }
        var headers: HTTPHeaders = [
            "Content-Type": type, "Content-Length": String(bytes.count), "Cache-Control": "no-store",
            "Connection": "close",
        ]
        if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}

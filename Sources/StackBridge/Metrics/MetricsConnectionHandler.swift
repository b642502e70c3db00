// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import NIOHTTP1

/// A connection that asks for metrics, on a socket that no client of the server reaches.
///
/// It keeps no idle bridge from leaving.
final class MetricsConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Connections that may be open at once.
    static let maximumConnections = 8
    /// How long a connection may stay open.
    private static let patience = TimeAmount.seconds(30)

    private let hub: BridgeHub
    private var head: HTTPRequestHead?

    init(_ hub: BridgeHub) {
        self.hub = hub
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        guard hub.metricsConnections.count < Self.maximumConnections else { return channel.close(promise: nil) }
        hub.metricsConnections[ObjectIdentifier(self)] = channel
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        hub.metricsConnections[ObjectIdentifier(self)] = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var status = HTTPResponseStatus.ok
        var headers = HTTPHeaders()
        var body = ByteBuffer()
        if request.uri.prefix(while: { $0 != "?" }) != "/metrics" {
            status = .notFound
        } else if request.method == .GET || request.method == .HEAD {
            headers.add(name: "Content-Type", value: BridgeMetrics.contentType)
            body.writeString(hub.metricsText)
        } else {
            status = .methodNotAllowed
            headers.add(name: "Allow", value: "GET, HEAD")
        }
        headers.add(name: "Content-Length", value: String(body.readableBytes))
        if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: request.version, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        if !request.isKeepAlive {
            let channel = context.channel
            written.futureResult.assumeIsolated().whenComplete { _ in channel.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }
}

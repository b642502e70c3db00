// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// A connection too many: its client is told to come back, and nothing that it sends is read.
final class ConnectionRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a client may take to read the answer and close.
    private static let patience = TimeAmount.seconds(1)

    private let hub: BridgeHub

    init(_ hub: BridgeHub) {
        self.hub = hub
    }

    /// The answer as it goes over the wire.
    static let answer: String = {
        let body = #"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Too many connections are open"}}"#
        return
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)"
            + "\r\nRetry-After: 5\r\nConnection: close\r\n\r\n\(body)"
    }()

    func channelActive(context: ChannelHandlerContext) {
        let mayLinger = hub.refusals < ConnectionLimit.maximumRefusals
        hub.refusals += 1
        hub.metrics.refused(.connections, status: 503)
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.assumeIsolated().whenComplete { _ in
            // Closing with unread bytes resets the connection, which may take the answer with it.
            guard mayLinger else { return channel.close(promise: nil) }
            channel.close(mode: .output, promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: Self.answer)), promise: written)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func channelInactive(context: ChannelHandlerContext) {
        hub.refusals -= 1
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

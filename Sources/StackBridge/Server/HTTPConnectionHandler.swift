// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// One connection of a client: reads its requests one after the other and writes what the bridge answers.
final class HTTPConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// Between requests.
        case idle
        /// A body arrives for a request that is acceptable so far.
        case receiving(RequestGate.Route, ByteBuffer)
        /// The rest of a request that was answered early is thrown away.
        case discarding
        /// The request is whole, its answer is not.
        case answering
    }

    private let hub: BridgeHub
    private var context: ChannelHandlerContext?
    private var state = State.idle
    private var head: HTTPRequestHead?
    private var exchange: ExchangeID?
    private(set) var isStreaming = false
    private var closes = false
    private var clock = ConnectionClock(now: .now())

    init(_ hub: BridgeHub) {
        self.hub = hub
    }

    private var phase: ConnectionClock.Phase {
        switch state {
        case .idle: .idle
        case .receiving, .discarding: .arriving
        case .answering: .answering
        }
    }

    /// Whether the client takes what is written.
    var isWritable: Bool { context?.channel.isWritable ?? true }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finishExchange()
        hub.closed(self)
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if let exchange { hub.writabilityChanged(exchange) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            clock.began(now: .now())
            receive(head, context)
        case .body(let part):
            clock.received(bytes: part.readableBytes, now: .now())
            receive(part)
        case .end:
            clock.advanced(now: .now())
            receiveEnd()
        }
    }
}

// MARK: Requests

extension HTTPConnectionHandler {
    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        hub.active()
        self.head = head
        closes = !head.isKeepAlive
        let exchange = hub.nextExchange(self)
        self.exchange = exchange
        let route = hub.gate.route(head)
        if case .refuse(let answer) = route {
            // A body that is on its way would be taken for the next request.
            closes = closes || head.hasBody
            state = .discarding
            return respond(answer)
        }
        state = .receiving(route, ByteBuffer())
        if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: head.version, status: .continue))), promise: nil)
        }
    }

    private func receive(_ part: ByteBuffer) {
        hub.metrics.received(bytes: part.readableBytes)
        guard case .receiving(let route, var body) = state else { return }
        guard body.readableBytes + part.readableBytes <= RequestGate.maximumBodyBytes else {
            closes = true
            state = .discarding
            return respond(RequestGate.bodyTooLarge)
        }
        state = .discarding
        if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
        state = .receiving(route, body)
    }

    private func receiveEnd() {
        switch state {
        case .receiving(let route, let body):
            state = .answering
            if let exchange { hub.handle(route, body, exchange, self) }
        case .discarding: state = .idle
        case .idle, .answering: break
        }
    }
}

// MARK: Answers

extension HTTPConnectionHandler {
    /// Writes a whole answer.
    func respond(_ answer: Answer) {
        guard let context, exchange != nil, !isStreaming else { return }
        if let reason = answer.reason { hub.metrics.refused(reason, status: answer.status.code) }
        var headers = HTTPHeaders(answer.fields.map { ($0.name, $0.value) })
        if answer.body != nil { headers.add(name: "Content-Type", value: "application/json") }
        if answer.status != .noContent {
            headers.add(name: "Content-Length", value: String(answer.body?.readableBytes ?? 0))
        }
        writeHead(answer.status, headers, context)
        if let body = answer.body, head?.method != .HEAD {
            hub.metrics.sent(bytes: body.readableBytes)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        writeEnd(context)
    }

    /// Begins an event stream.
    func beginEvents(_ fields: [Answer.Field]) {
        guard let context, exchange != nil, !isStreaming else { return }
        isStreaming = true
        var headers = HTTPHeaders(fields.map { ($0.name, $0.value) })
        headers.add(name: "Content-Type", value: "text/event-stream")
        headers.add(name: "Cache-Control", value: "no-cache")
        headers.add(name: "X-Accel-Buffering", value: "no")
        writeHead(.ok, headers, context)
        context.flush()
    }

    /// Sends one message on the event stream.
    func sendEvent(_ message: ByteBuffer, id: String? = nil) {
        var buffer = ByteBuffer()
        buffer.writeServerSentEvent(ServerSentEvent(data: message, id: id))
        write(buffer)
    }

    /// Sends the event by which an HTTP+SSE client learns where to post.
    func sendEndpoint(_ endpoint: String) {
        var buffer = ByteBuffer()
        buffer.writeServerSentEvent(ServerSentEvent(event: "endpoint", data: ByteBuffer(string: endpoint)))
        write(buffer)
    }

    /// Sends a comment on the event stream.
    func sendPing() {
        var buffer = ByteBuffer()
        buffer.writeServerSentComment("ping")
        write(buffer)
    }

    /// Ends the event stream.
    func endEvents() {
        guard let context, isStreaming else { return }
        isStreaming = false
        writeEnd(context)
    }

    private func write(_ buffer: ByteBuffer) {
        guard let context, isStreaming else { return }
        hub.metrics.sent(bytes: buffer.readableBytes)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        // A client that does not read must not fill the memory, nor hold up a server that others use too.
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if waiting > Self.maximumUnwritten { close() }
    }

    /// The bytes that may wait for a client that does not read.
    private static let maximumUnwritten = 32 << 20

    private func writeHead(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
        var headers = headers
        // A client of HTTP/1.0 knows a body without length by the end of the connection alone.
        closes = closes || hub.isDraining || (isStreaming && head?.version == .http1_0)
        if closes {
            headers.replaceOrAdd(name: "Connection", value: "close")
        } else if head?.version == .http1_0 {
            headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        let head = HTTPResponseHead(version: head?.version ?? .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func writeEnd(_ context: ChannelHandlerContext) {
        let closes = closes || hub.isDraining
        let isWholeRequest = if case .discarding = state { false } else { true }
        if case .answering = state { state = .idle }
        clock.advanced(now: .now())
        finishExchange()
        guard closes else {
            return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            // Closing with unread bytes resets the connection, which may take the answer with it.
            if isWholeRequest { self.close() } else { self.context?.close(mode: .output, promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    private func finishExchange() {
        guard let exchange else { return }
        self.exchange = nil
        hub.finished(exchange)
    }
}

// MARK: Time and the end

extension HTTPConnectionHandler {
    /// Closes the connection.
    func close() {
        context?.close(promise: nil)
    }

    /// The bridge stops: a connection between requests has nothing to wait for.
    func drain() {
        if case .idle = state { close() }
    }

    /// Closes a connection on which nothing has happened for too long, whose client does not read, or whose request
    /// trickles in.
    func tick(now: NIODeadline, patience: TimeAmount) {
        let unwritten = (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if clock.isOver(phase, unwritten: unwritten, patience: patience, now: now) { close() }
    }
}

extension HTTPRequestHead {
    /// Whether a body follows.
    fileprivate var hasBody: Bool {
        headers.contains(name: "transfer-encoding") || headers.first(name: "content-length").map { $0 != "0" } ?? false
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// One connection of a client: reads its requests one after the other and writes what the bridge answers.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// Between requests.
        case idle
        /// A body arrives for a request that is acceptable so far.
        case receiving(RequestGate.Route, ByteBuffer)
        /// The rest of a request that was answered early is thrown away.
        case discarding
        /// The request is whole, its answer is not.
        case answering
        /// The last request was answered.
        case over
    }

    private let hub: BridgeHub
    private var context: ChannelHandlerContext?
    private var state = State.idle
    private var head: HTTPRequestHead?
    private var exchange: ExchangeID?
    private(set) var isStreaming = false
    private var closes = false
    private var clock = ConnectionClock(now: .now())
    /// What the client sent of its next requests before it had the answer to this one.
    private var early = CircularBuffer<HTTPServerRequestPart>(initialCapacity: 0)
    /// Whether bytes that are no HTTP follow.
    private var isBroken = false
    private var isTakingEarly = false
    private var isReadHeldBack = false

    init(_ hub: BridgeHub) {
        self.hub = hub
    }

    private var phase: ConnectionClock.Phase {
        switch state {
        case .idle, .over: .idle
        case .receiving, .discarding: .arriving
        case .answering: .answering
        }
    }

    /// Whether the client takes what is written.
    var isWritable: Bool { context?.channel.isWritable ?? true }

    /// What the connection is doing.
    var use: BridgeLifecycle.Use {
        if case .idle = state, exchange == nil {
            .none(since: clock.lastProgress)
        } else {
            .request(since: clock.requestBegan)
        }
    }

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
        guard error is HTTPParserError else { return context.close(promise: nil) }
        isBroken = true
        takeEarly()
    }

    /// Reads no more requests ahead than came with the one before.
    func read(context: ChannelHandlerContext) {
        if early.isEmpty { context.read() } else { isReadHeldBack = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        clock.advanced(now: .now())
        let part = unwrapInboundIn(data)
        if isAnswering { early.append(part) } else { take(part, context) }
    }
}

// MARK: Requests

extension HTTPConnectionHandler {
    private var isAnswering: Bool { if case .answering = state { true } else { false } }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        if case .over = state { return }
        switch part {
        case .head(let head):
            clock.began(now: .now())
            receive(head, context)
        case .body(let part):
            clock.received(bytes: part.readableBytes, now: .now())
            receive(part)
        case .end: receiveEnd()
        }
    }

    /// Goes on with what came early.
    private func takeEarly() {
        // An answer that is there at once comes back here.
        guard !isTakingEarly else { return }
        isTakingEarly = true
        while !isAnswering, let context, let part = early.popFirst() { take(part, context) }
        isTakingEarly = false
        guard !isAnswering, early.isEmpty else { return }
        if isBroken { return endBroken() }
        guard isReadHeldBack else { return }
        isReadHeldBack = false
        context?.read()
    }

    /// Nothing that follows can be understood.
    private func endBroken() {
        switch state {
        case .idle, .receiving: context?.writeAndFlush(wrapOutboundOut(.badRequest), promise: nil)
        case .discarding, .answering, .over: break
        }
        close()
    }

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
        if head.headers.contains(name: "expect"),
            head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" })
        {
            context.writeAndFlush(wrapOutboundOut(.goOn), promise: nil)
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
        case .idle, .answering, .over: break
        }
    }
}

// MARK: Answers

extension HTTPConnectionHandler {
    /// Writes a whole answer.
    func respond(_ answer: Answer) {
        guard let context, exchange != nil, !isStreaming else { return }
        if let reason = answer.reason { hub.metrics.refused(reason, status: answer.status.code) }
        let length = answer.body?.readableBytes ?? 0
        var bytes = beginHead(answer.status, answer.fields, room: min(length, Self.smallBody))
        if answer.body != nil { bytes.writeField("Content-Type", "application/json") }
        if answer.status != .noContent { bytes.writeField("Content-Length", String(length)) }
        bytes.writeEndOfHead()
        if let body = answer.body, head?.method != .HEAD {
            hub.metrics.sent(bytes: length)
            if length <= Self.smallBody {
                bytes.writeImmutableBuffer(body)
            } else {
                context.write(wrapOutboundOut(bytes), promise: nil)
                bytes = body
            }
        }
        writeEnd(bytes, context)
    }

    /// A body of this size is copied behind its head, so that both go out as one.
    private static let smallBody = 4096

    /// The stream that answers the current request ends when the bridge stops: its connection ends with it, so that
    /// the bridge need not wait whether the client uses it again.
    func closeAfterStream() {
        closes = true
    }

    /// Begins an event stream.
    func beginEvents(_ fields: [Answer.Field]) {
        guard let context, exchange != nil, !isStreaming else { return }
        isStreaming = true
        if head?.method == .GET { closeAfterStream() }
        var bytes = beginHead(.ok, fields)
        bytes.writeField("Content-Type", "text/event-stream")
        bytes.writeField("Cache-Control", "no-cache")
        bytes.writeField("X-Accel-Buffering", "no")
        if isChunked { bytes.writeField("Transfer-Encoding", "chunked") }
        bytes.writeEndOfHead()
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
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
        writeEnd(isChunked ? .endOfChunks : ByteBuffer(), context)
    }

    private func write(_ event: ByteBuffer) {
        guard let context, isStreaming else { return }
        hub.metrics.sent(bytes: event.readableBytes)
        var event = event
        if isChunked {
            context.write(wrapOutboundOut(.chunkSize(event.readableBytes)), promise: nil)
            event.writeStaticString(ByteBuffer.endOfChunk)
        }
        context.writeAndFlush(wrapOutboundOut(event), promise: nil)
        // A client that does not read must not fill the memory, nor hold up a server that others use too.
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if waiting > Self.maximumUnwritten { close() }
    }

    /// The bytes that may wait for a client that does not read.
    private static let maximumUnwritten = 32 << 20

    /// The head of an answer without its last fields, with room for them and for so many bytes more.
    private func beginHead(_ status: HTTPResponseStatus, _ fields: [Answer.Field], room: Int = 0) -> ByteBuffer {
        let version = head?.version ?? .http1_1
        // A client of HTTP/1.0 knows a body without length by the end of the connection alone.
        closes = closes || hub.isDraining || (isStreaming && version.isOld)
        var bytes = ByteBufferAllocator().buffer(capacity: 256 + room)
        bytes.writeStatusLine(status, to: version)
        for field in fields { bytes.writeField(field.name, field.value) }
        if closes {
            bytes.writeField("Connection", "close")
        } else if version.isOld {
            bytes.writeField("Connection", "keep-alive")
        }
        return bytes
    }

    /// Whether the events of a stream are chunks.
    private var isChunked: Bool { head?.version.isOld != true }

    /// Writes the last bytes of an answer.
    private func writeEnd(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let isWholeRequest = if case .discarding = state { false } else { true }
        if isAnswering { state = closes ? .over : .idle }
        clock.advanced(now: .now())
        finishExchange()
        guard closes else {
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            return takeEarly()
        }
        early.removeAll()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            // Closing with unread bytes resets the connection, which may take the answer with it.
            if isWholeRequest { self.close() } else { self.context?.close(mode: .output, promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
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

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// One connection to a server that speaks HTTP: one request at a time, its answer in the parts that matter.
///
/// Confined to the event loop.
final class OriginConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// What becomes of a request.
    enum Event {
        case head(HTTPConversation.Head)
        case event(ServerSentEvent)
        /// How far a stream has come, and how long to wait before it is asked for again, in milliseconds.
        case position(lastEvent: String?, retry: Int64?)
        /// The whole of a body that is no stream.
        case body(ByteBuffer)
        /// Last of all; the phrase says why when the answer is not whole.
        case finished(failure: String?)
    }

    /// Takes the connection back for the next request.
    private let giveBack: (OriginConnection) -> Void
    private var context: ChannelHandlerContext?
    private var report: ((Event) -> Void)?
    private var head: HTTPResponseHead?
    private var decoder: ServerSentEventDecoder?
    private var body = ByteBuffer()
    private var isReadHeldBack = false

    /// Whether reading the answer stops for now.
    var isPaused = false {
        didSet {
            guard !isPaused, isReadHeldBack else { return }
            isReadHeldBack = false
            context?.read()
        }
    }

    init(giveBack: @escaping (OriginConnection) -> Void) {
        self.giveBack = giveBack
    }

    /// Whether another request can be made.
    var isIdle: Bool { report == nil && context?.channel.isActive == true }

    /// Makes a request.
    func perform(_ request: HTTPConversation.Request, host: String, report: @escaping (Event) -> Void) {
        guard let context, context.channel.isActive else { return report(.finished(failure: Self.closed)) }
        self.report = report
        var headers = HTTPHeaders([("Host", host)])
        for field in request.fields { headers.add(name: field.name, value: field.value) }
        if let body = request.body { headers.add(name: "Content-Length", value: String(body.readableBytes)) }
        let method = HTTPMethod(rawValue: request.method.rawValue)
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: request.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body = request.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Closes the connection; nothing more is reported.
    func close() {
        report = nil
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { isReadHeldBack = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard head.status.code >= 200 else { return }
            begin(head)
        case .body(let part): receive(part)
        case .end: end()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(failure: Self.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isEnd = (error as? HTTPParserError) == .invalidEOFState
        finish(failure: isEnd ? Self.closed : "the connection to the server broke: \(error)")
        context.close(promise: nil)
    }

    private static let closed = "the server closed the connection"
    /// The bytes that a body may have which is no stream.
    private static let maximumBody = LineFramer.defaultMaximum

    private func begin(_ head: HTTPResponseHead) {
        self.head = head
        let answer = HTTPConversation.Head(
            status: Int(head.status.code),
            mediaType: head.headers.first(name: "content-type").map(Self.mediaType),
            session: head.headers.first(name: MCPHeader.sessionID),
            challenge: head.headers.first(name: "www-authenticate"))
        decoder = answer.isStream ? ServerSentEventDecoder() : nil
        body = ByteBuffer()
        report?(.head(answer))
    }

    private static func mediaType(_ contentType: String) -> String {
        let type = FieldText(contentType).cut(at: UInt8(ascii: ";")).head
        return String(decoding: type.bytes, as: UTF8.self).lowercased()
    }

    private func receive(_ part: ByteBuffer) {
        guard decoder != nil else {
            if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
            if body.readableBytes > Self.maximumBody { fail("the server's answer has more than 16 MiB") }
            return
        }
        do throws(ServerSentEventDecoder.TooLong) {
            let events = try decoder?.decode(part) ?? []
            report?(.position(lastEvent: decoder?.lastEventID, retry: decoder?.retry))
            for event in events { report?(.event(event)) }
        } catch {
            fail("the server's answer has more than 16 MiB")
        }
    }

    private func end() {
        guard report != nil else { return }
        if decoder == nil { report?(.body(body)) }
        body = ByteBuffer()
        let isReusable = head?.isKeepAlive ?? false
        isPaused = false
        finish(failure: nil)
        if isReusable, context?.channel.isActive == true { giveBack(self) } else { context?.close(promise: nil) }
    }

    private func fail(_ cause: String) {
        finish(failure: cause)
        context?.close(promise: nil)
    }

    private func finish(failure: String?) {
        guard let report else { return }
        self.report = nil
        report(.finished(failure: failure))
    }
}

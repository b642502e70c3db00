// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore

/// Cuts the output of a child into lines, and reads no more of it than the clients take.
final class ChildPipeHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private weak var child: LiveChild?
    private var framer = LineFramer()
    private var context: ChannelHandlerContext?
    private var isReadHeldBack = false

    /// Whether reading stops for now.
    var isPaused = false {
        didSet {
            guard !isPaused, isReadHeldBack else { return }
            isReadHeldBack = false
            context?.read()
        }
    }

    init(_ child: LiveChild) {
        self.child = child
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func read(context: ChannelHandlerContext) {
        if isPaused {
            isReadHeldBack = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        framer.append(unwrapInboundIn(data))
        while true {
            do throws(LineTooLong) {
                guard let line = try framer.next() else { return }
                child?.receive(line: line)
            } catch {
                child?.receive(error)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let line = framer.finish() { child?.receive(line: line) }
        child?.outputEnded()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A child that closed its input is on its way out; its last words are still to be read.
        if let error = error as? IOError, error.errnoCode == EPIPE { return }
        context.close(promise: nil)
    }
}

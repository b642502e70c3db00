// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import NIOCore
import NIOPosix

/// The standard error of a child: read as it comes, and passed on in lines.
///
/// Confined to the event loop. Processes that the child started may keep the pipe open for longer than the child
/// lives, so that nothing waits for its end.
final class ChildErrors: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let descriptor: CInt
    private let output: ([LogLine]) -> Void
    private var log = ServerLog()
    private var channel: (any Channel)?
    /// Whether the descriptor is still ours.
    private var isOpen = true

    /// Takes the reading end of a pipe over.
    init(_ descriptor: CInt, on eventLoop: any EventLoop, output: @escaping ([LogLine]) -> Void) {
        self.descriptor = descriptor
        self.output = output
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let connecting = NIOPipeBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
        connecting.assumeIsolated().whenComplete { outcome in
            switch outcome {
            case .success(let channel):
                self.channel = channel
                if !self.isOpen { channel.close(promise: nil) }
            case .failure:
                Glibc.close(descriptor)
                self.isOpen = false
            }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pass(log.append(unwrapInboundIn(data)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOpen = false
        finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Reads what is there without waiting for more: the last words of a child that has exited.
    func drain() {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        // A pipe holds 64 KiB unless told otherwise; who goes on writing is not waited for.
        for _ in 0..<16 where isOpen {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            pass(log.append(ByteBuffer(bytes: chunk.prefix(count))))
        }
        finish()
    }

    /// Reads what is there and no more after that.
    func close() {
        drain()
        isOpen = false
        channel?.close(promise: nil)
    }

    /// What the child said last of why it ended.
    ///
    /// Only an error explains a signal, and nothing explains an exit that the child finds good.
    func lastWords(of exit: ExitStatus?) -> String? {
        switch exit {
        case .exited(0): nil
        case .exited: log.lastWords
        case .signalled, nil: log.endsWithError ? log.lastWords : nil
        }
    }

    private func finish() {
        if let line = log.finish() { pass([line]) }
    }

    private func pass(_ lines: [LogLine]) {
        if !lines.isEmpty { output(lines) }
    }
}

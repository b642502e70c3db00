// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import NIOHTTP1
import NIOPosix

/// The connections to a server that speaks HTTP: those in use, and those kept for the next request.
///
/// Confined to the event loop.
final class OriginConnections {
    /// Why there is no connection.
    struct Unreachable: Error {
        var cause: String
        /// Whether the server is there, and too much is asked of it at once.
        var isBusy = false
    }

    let address: OriginAddress
    private let eventLoop: any EventLoop
    private var idle: [(connection: OriginConnection, since: NIODeadline)] = []
    /// Whether the server may still be starting, so that a refused connection is tried again.
    var isStarting: () -> Bool = { false }
    /// Whether the bridge runs the server, and will hear of its end.
    var isManaged: () -> Bool = { false }
    /// The server took a connection.
    var wasReached: () -> Void = {}

    /// How long a connection is kept: shorter than any server keeps one, so that no request meets one that is just
    /// being closed (Node and uvicorn close after 5 s).
    private static let patience = TimeAmount.seconds(1)
    private static let retry = TimeAmount.milliseconds(50)
    private let maximum: Int
    private var count = 0

    /// Opens no more than `maximum` of them at once.
    init(_ address: OriginAddress, maximum: Int, on eventLoop: any EventLoop) {
        self.address = address
        self.maximum = maximum
        self.eventLoop = eventLoop
    }

    /// Hands out a connection, a new one if need be.
    func take(_ done: @escaping (Result<OriginConnection, Unreachable>) -> Void) {
        let now = NIODeadline.now()
        while let last = idle.popLast() {
            if last.connection.isIdle, now - last.since < Self.patience { return done(.success(last.connection)) }
            last.connection.close()
        }
        guard count < maximum else {
            return done(.failure(Unreachable(cause: "too much is asked of the server at once", isBusy: true)))
        }
        count += 1
        connect(done)
    }

    /// Closes those that nobody uses.
    func close() {
        for entry in idle { entry.connection.close() }
        idle = []
    }

    /// Closes those that were not used for long; once a second is enough.
    func tick(now: NIODeadline) {
        let old = idle.filter { now - $0.since >= Self.patience }
        idle.removeAll { now - $0.since >= Self.patience }
        for entry in old { entry.connection.close() }
    }

    /// Makes a request whose answer is wanted once and soon: its head and a body that is no stream, or nothing.
    func ask(
        _ request: HTTPConversation.Request, _ done: @escaping (HTTPConversation.Head?, ByteBuffer) -> Void
    ) {
        var isOver = false
        var head: HTTPConversation.Head?
        var open: OriginConnection?
        func end(_ body: ByteBuffer) {
            guard !isOver else { return }
            isOver = true
            done(head, body)
        }
        let deadline = eventLoop.assumeIsolated().scheduleTask(in: Self.longestQuestion) {
            open?.close()
            end(ByteBuffer())
        }
        take { [self] outcome in
            guard case .success(let connection) = outcome, !isOver else {
                deadline.cancel()
                if case .success(let connection) = outcome { connection.close() }
                return end(ByteBuffer())
            }
            open = connection
            connection.perform(request, host: address.authority) { event in
                switch event {
                case .head(let answered) where answered.isStream:
                    head = answered
                    deadline.cancel()
                    end(ByteBuffer())
                    connection.close()
                case .head(let answered): head = answered
                case .body(let body): end(body)
                case .event, .position: break
                case .finished:
                    deadline.cancel()
                    end(ByteBuffer())
                }
            }
        }
    }

    private static let longestQuestion = TimeAmount.seconds(10)

    private func connect(_ done: @escaping (Result<OriginConnection, Unreachable>) -> Void) {
        let connection = OriginConnection { [weak self] connection in
            self?.idle.append((connection, .now()))
        }
        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        let connecting = ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(bound.value)
                }
            }
            .connect(host: address.host, port: address.port)
        connecting.assumeIsolated().whenComplete { [self] outcome in
            switch outcome {
            case .success(let channel):
                channel.closeFuture.assumeIsolated().whenComplete { _ in self.count -= 1 }
                wasReached()
                done(.success(connection))
            case .failure(let error):
                guard isStarting() else {
                    count -= 1
                    return done(
                        .failure(Unreachable(cause: "cannot reach \(address.authority): \(Self.reason(error))")))
                }
                eventLoop.assumeIsolated().scheduleTask(in: Self.retry) { self.connect(done) }
            }
        }
    }

    /// What the operating system says of the first address that was tried.
    private static func reason(_ error: any Error) -> String {
        if let error = error as? NIOConnectionError, let first = error.connectionErrors.first {
            return reason(first.error)
        }
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        return "\(error)"
    }
}

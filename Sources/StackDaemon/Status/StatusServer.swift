// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Supervision
import SystemdKit

/// Serves `GET /status` over HTTP/1.1 on a unix socket.
struct StatusServer: Service {
    /// The most connections at a time; further ones are closed at once.
    private static let mostConnections = 64
    /// How long a connection may be silent.
    private static let patience: TimeAmount = .seconds(10)

    let path: String
    let keeper: StackKeeper
    let progress: ProgressMonitor
    let heartbeat: Duration
    let log: DaemonLog

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let socket = try StatusSocket(path: path)
        if let trouble = socket.groupTrouble {
            log.write(
                JournalRecord(
                    "the status socket '\(path)': \(trouble)", priority: .warning, id: MessageID.watchInterrupted,
                    fields: [.init(.cause, trouble)]))
        }
        let open = OpenConnections(limit: Self.mostConnections)
        let keeper = keeper
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 32)
            .childChannelInitializer { channel in
                guard open.admit(channel) else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
                    try pipeline.addHandler(IdleStateHandler(allTimeout: Self.patience))
                    try pipeline.addHandler(StatusHandler { try Self.encode(await keeper.report) })
                }
            }
            .withBoundSocket(socket.descriptor).get()
        let beat = TimeAmount.nanoseconds(heartbeat.nanoseconds)
        let progress = progress
        let beating = server.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: beat) { _ in
            progress.progress(of: .status)
        }
        await keeper.finish(.status)
        try? await gracefulShutdown()
        beating.cancel()
        unlink(path)
        try? await server.close()
    }

    /// The report as JSON, with stable key order and a final newline.
    static func encode(_ report: StatusReport) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(report)) + [UInt8(ascii: "\n")]
    }
}

extension Duration {
    /// The whole nanoseconds of a duration.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemdKit

/// A bridge that serves; what it knows lives on one event loop.
struct BridgeServer: Sendable {
    /// The addresses that it listens on, where they have one.
    let addresses: [SocketAddress]
    private let hub: NIOLoopBound<BridgeHub>
    private let eventLoop: any EventLoop
    private let finished: EventLoopFuture<Void>
    private let childSignals: SignalWatch

    /// Binds or takes over the sockets and serves them.
    ///
    /// Everything happens on the event loop; `log` takes lines for the log, `serverLog` those of the server. Throws what NIO throws when a socket
    /// cannot be bound.
    static func start(
        _ configuration: BridgeConfiguration, on eventLoop: any EventLoop, notifier: ServiceNotifier = .init(),
        log: @escaping @Sendable (String) -> Void, serverLog: @escaping @Sendable ([LogLine]) -> Void = { _ in }
    ) async throws -> BridgeServer {
        let (hub, finished) = try await eventLoop.submit {
            let hub = BridgeHub(configuration, on: eventLoop, notifier: notifier, log: log, serverLog: serverLog)
            return (NIOLoopBound(hub, eventLoop: eventLoop), hub.finishedPromise.futureResult)
        }.get()
        let listeners = try await listen(configuration.sockets, hub, on: eventLoop)
        let childSignals = SignalWatch([SIGCHLD]) { _ in
            eventLoop.execute { hub.value.pollChildren() }
        }
        if let path = configuration.metrics {
            try await listenForMetrics(path, mode: configuration.metricsMode, hub, on: eventLoop)
        }
        try await eventLoop.submit { begin(hub.value, listeners) }.get()
        return BridgeServer(
            addresses: listeners.compactMap(\.localAddress), hub: hub, eventLoop: eventLoop, finished: finished,
            childSignals: childSignals)
    }

    /// Asks the bridge to stop: what is in flight is answered first.
    func stop() {
        let hub = hub
        eventLoop.execute { hub.value.stop() }
    }

    /// Returns when the bridge has stopped, and all its children with it.
    func waitUntilFinished() async throws {
        try await finished.get()
        childSignals.cancel()
    }

    /// Runs a look at the bridge's state on its event loop.
    func inspect<Value: Sendable>(_ look: @escaping @Sendable (BridgeHub) -> Value) async throws -> Value {
        let hub = hub
        return try await eventLoop.submit { look(hub.value) }.get()
    }

    private static func begin(_ hub: BridgeHub, _ listeners: [any Channel]) {
        hub.listeners = listeners
        let loop = hub.eventLoop
        let bound = NIOLoopBound(hub, eventLoop: loop)
        let ticks = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in bound.value.tick() }
        let notifier = hub.notifier
        let watchdog = ServiceNotifier.watchdogInterval.map { interval in
            let half = TimeAmount(interval / 2)
            return loop.scheduleRepeatedTask(initialDelay: half, delay: half) { _ in notifier.watchdog() }
        }
        hub.tickOrigin(now: .now())
        hub.notifier.ready()
        hub.tellStatus()
        hub.finishedPromise.futureResult.assumeIsolated().whenComplete { _ in
            ticks.cancel()
            watchdog?.cancel()
        }
    }

    /// The kernel makes it as long as `net.core.somaxconn` lets it be.
    private static let longestQueue = Int32.max

    private static func listen(
        _ sockets: BridgeConfiguration.Sockets, _ hub: NIOLoopBound<BridgeHub>, on eventLoop: any EventLoop
    ) async throws -> [any Channel] {
        let bootstrap = ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: longestQueue)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try configure(channel, hub.value) }
            }
        switch sockets {
        case .inherited(let descriptors):
            var channels: [any Channel] = []
            for descriptor in descriptors {
                // NIO shortens the queue of a socket that it is given to 128. Clients wait in this one while no bridge
                // runs, and the one that finds it full is refused at once.
                let lengthening = bootstrap.serverChannelInitializer { channel in
                    _ = Glibc.listen(descriptor, longestQueue)
                    return channel.eventLoop.makeSucceededVoidFuture()
                }
                channels.append(try await lengthening.withBoundSocket(descriptor).get())
            }
            return channels
        case .listen(.tcp(let host, let port)):
            return [try await bootstrap.bind(host: host, port: port).get()]
        case .listen(.unix(let path)):
            return [try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()]
        }
    }

    private static func listenForMetrics(
        _ path: String, mode: UInt32?, _ hub: NIOLoopBound<BridgeHub>, on eventLoop: any EventLoop
    ) async throws {
        let listener = try await ServerBootstrap(group: eventLoop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
                    try pipeline.addHandler(MetricsConnectionHandler(hub.value))
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        if let mode, chmod(path, mode) != 0 { throw IOError(errnoCode: errno, reason: "chmod \(path)") }
        try await eventLoop.submit { hub.value.metricsListener = listener }.get()
    }

    private static func configure(_ channel: any Channel, _ hub: BridgeHub) throws {
        let pipeline = channel.pipeline.syncOperations
        guard hub.connections.count < hub.maximumConnections else {
            return try pipeline.addHandler(ConnectionRefusal(hub))
        }
        let connection = HTTPConnectionHandler(hub)
        try pipeline.addHandlers([ByteToMessageHandler(HTTPRequestDecoder()), connection] as [any ChannelHandler])
        hub.opened(connection)
    }
}

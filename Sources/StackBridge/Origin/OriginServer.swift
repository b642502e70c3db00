// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// The server that speaks HTTP itself: its process, where the bridge runs it, and the connections to it.
///
/// Confined to the event loop.
final class OriginServer {
    let configuration: BridgeConfiguration.Origin
    let connections: OriginConnections
    /// Its process, while it runs.
    var process: LiveChild?
    /// How it ended, while something is left of it.
    var end: ChildEnd?
    /// Whether it has taken a connection since it was started.
    private(set) var isReached = false

    init(_ configuration: BridgeConfiguration.Origin, on eventLoop: any EventLoop) {
        self.configuration = configuration
        connections = OriginConnections(
            configuration.address, maximum: configuration.maximumConnections, on: eventLoop)
        connections.isStarting = { [weak self] in
            guard let self, let process, !isReached else { return false }
            return NIODeadline.now() - process.startedAt < configuration.startTimeout
        }
        connections.isManaged = { [weak self] in self?.process != nil }
        connections.wasReached = { [weak self] in self?.isReached = true }
    }

    /// A process was started.
    func started(_ process: LiveChild) {
        self.process = process
        end = nil
        isReached = false
    }

    /// The process is gone, and its connections with it.
    func ended() {
        process = nil
        connections.close()
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// Decides when the bridge stops: asked to, or idle for long enough.
struct BridgeLifecycle {
    enum Phase: Equatable {
        case serving
        /// No connection is accepted any more; what is in flight is answered until the deadline (nil: without one).
        case draining(deadline: NIODeadline?)
        /// Connections are closed, children are taken down.
        case finishing
    }

    enum Action: Equatable {
        /// Close the listening sockets, end streams, close idle connections.
        case stopAccepting
        /// Close what is left and take all children down.
        case finish
    }

    private(set) var phase = Phase.serving
    private let idleTimeout: TimeAmount?
    private let drain: TimeAmount
    private var lastActivity: NIODeadline

    /// - Parameters:
    ///   - idleTimeout: How long the bridge stays without any connection; nil for ever.
    ///   - drain: How long requests in flight may take once it was asked to stop.
    init(idleTimeout: TimeAmount?, drain: TimeAmount, now: NIODeadline) {
        self.idleTimeout = idleTimeout
        self.drain = drain
        self.lastActivity = now
    }

    /// A connection was opened or closed, or carried something.
    mutating func active(now: NIODeadline) {
        lastActivity = now
    }

    /// The bridge is asked to stop.
    mutating func stop(connections: Int, now: NIODeadline) -> [Action] {
        guard phase == .serving else { return [] }
        phase = .draining(deadline: now + drain)
        return [.stopAccepting] + advance(connections: connections, now: now)
    }

    /// Looks at the clock and at the connections that are open.
    ///
    /// Where systemd owns the listening socket, connections that arrive from here on stay in its queue, and start
    /// the next bridge. One that was accepted already is served to its end, whatever that takes.
    mutating func advance(connections: Int, now: NIODeadline) -> [Action] {
        switch phase {
        case .serving:
            guard let idleTimeout, connections == 0, now - lastActivity >= idleTimeout else { return [] }
            phase = .draining(deadline: nil)
            return [.stopAccepting] + advance(connections: connections, now: now)
        case .draining(let deadline):
            let isOver = deadline.map { now >= $0 } ?? false
            guard connections == 0 || isOver else { return [] }
            phase = .finishing
            return [.finish]
        case .finishing:
            return []
        }
    }
}

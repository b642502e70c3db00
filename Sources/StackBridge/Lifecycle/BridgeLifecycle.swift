// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// Decides when the bridge stops: asked to, or idle for long enough.
struct BridgeLifecycle {
    enum Phase: Equatable {
        case serving
        /// No connection is accepted any more; what is open is served to its end, or for as long as it may take.
        case draining(since: NIODeadline)
        /// Connections are closed, children are taken down.
        case finishing
    }

    enum Action: Equatable {
        /// Close the listening sockets and end streams.
        case stopAccepting
        /// Close what is left and take all children down.
        case finish
    }

    /// What an open connection is doing.
    enum Use: Equatable {
        /// It carries a request that began then.
        case request(since: NIODeadline)
        /// It was last used then, and its client may send another request on it.
        case none(since: NIODeadline)
    }

    private(set) var phase = Phase.serving
    private let idleTimeout: TimeAmount?
    private let drain: TimeAmount
    private let keepAlive: TimeAmount
    private var lastActivity: NIODeadline

    /// A bridge that serves.
    ///
    /// Without any connection it stays for `idleTimeout` (nil: for ever). Once it was asked to stop, a request may take
    /// as long as `drain`, and a client may come back to its connection for `keepAlive` after its last use. Without
    /// time to drain, nothing is waited for.
    init(idleTimeout: TimeAmount?, drain: TimeAmount, keepAlive: TimeAmount, now: NIODeadline) {
        self.idleTimeout = idleTimeout
        self.drain = drain
        self.keepAlive = drain > .zero ? keepAlive : .zero
        self.lastActivity = now
    }

    /// A connection was opened or closed, or carried something.
    mutating func active(now: NIODeadline) {
        lastActivity = now
    }

    /// The bridge is asked to stop.
    mutating func stop(now: NIODeadline) -> [Action] {
        guard phase == .serving else { return [] }
        phase = .draining(since: now)
        return [.stopAccepting]
    }

    /// Whether the bridge has to stay for a connection.
    ///
    /// To close one between requests would lose the request that its client has just sent or is about to send, and
    /// may not send again. So it stays open until its client has let go of it, as all do after the time that was
    /// agreed on.
    func holds(_ use: Use, now: NIODeadline) -> Bool {
        guard case .draining(let stopped) = phase else { return phase == .serving }
        return switch use {
        case .request(let began): now - max(began, stopped) < drain
        case .none(let used): now - used < keepAlive
        }
    }

    /// Looks at the clock and at the number of connections that hold the bridge.
    ///
    /// Where systemd owns the listening socket, connections that arrive from here on stay in its queue, and start
    /// the next bridge.
    mutating func advance(connections: Int, now: NIODeadline) -> [Action] {
        guard connections == 0 else { return [] }
        switch phase {
        case .serving:
            guard let idleTimeout, now - lastActivity >= idleTimeout else { return [] }
            phase = .finishing
            return [.stopAccepting, .finish]
        case .draining:
            phase = .finishing
            return [.finish]
        case .finishing:
            return []
        }
    }
}

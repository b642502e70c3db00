// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Decides when a service may tell its watchdog that it is alive: when every one of its loops has made progress
/// since it last did.
///
/// There is no timer here. Loops report each of their own wake-ups; one that is stuck silences the service, and the
/// service manager restarts it.
public struct ProgressLedger<Loop: Hashable & Sendable>: Sendable {
    /// What is to be done about a loop's progress.
    public enum Action: Sendable, Equatable {
        /// Nothing.
        case none
        /// Tell the watchdog.
        case ping
    }

    private let loops: Set<Loop>
    private let spacing: Duration
    private var advanced: Set<Loop> = []
    private var lastPing: ContinuousClock.Instant?

    /// Creates a ledger for these loops whose pings are at least `spacing` apart.
    public init(loops: Set<Loop>, spacing: Duration) {
        self.loops = loops
        self.spacing = spacing
    }

    /// Takes the progress of one loop.
    public mutating func progress(of loop: Loop, at now: ContinuousClock.Instant) -> Action {
        guard loops.contains(loop) else { return .none }
        advanced.insert(loop)
        guard advanced.count == loops.count else { return .none }
        if let lastPing, now - lastPing < spacing { return .none }
        lastPing = now
        advanced = []
        return .ping
    }

    /// The loops that made no progress since the last ping.
    public var stuck: Set<Loop> {
        loops.subtracting(advanced)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Supervision
import Synchronization

/// The daemon's loops, each of which must stay alive.
enum DaemonLoop: Hashable, Sendable, CaseIterable {
    /// The unit watcher's, which systemd's signals wake.
    case units
    /// The journal watcher's, which new entries wake.
    case journal
    /// The status server's event loop.
    case status
}

/// Passes the progress of the loops on to the watchdog.
final class ProgressMonitor: Sendable {
    private let ledger: Mutex<ProgressLedger<DaemonLoop>>
    private let ping: @Sendable () -> Void
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Creates a monitor; `spacing` apart, and only with progress of all loops, it calls `ping`.
    init(
        spacing: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        ping: @escaping @Sendable () -> Void
    ) {
        ledger = Mutex(ProgressLedger(loops: Set(DaemonLoop.allCases), spacing: spacing))
        self.now = now
        self.ping = ping
    }

    /// Takes note that a loop woke and did its turn.
    func progress(of loop: DaemonLoop) {
        let action = ledger.withLock { $0.progress(of: loop, at: now()) }
        if action == .ping { ping() }
    }
}

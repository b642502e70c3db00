// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import ServiceLifecycle
import UnixSignals

/// Makes SIGHUP read the state file again.
struct HangupListener: Service {
    /// Made before anything else, so that the signal never ends the daemon.
    let signals: UnixSignalsSequence
    let reread: @Sendable () -> Void

    func run() async {
        for await _ in signals.cancelOnGracefulShutdown() { reread() }
    }
}

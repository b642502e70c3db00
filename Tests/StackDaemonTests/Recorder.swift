// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Synchronization
import SystemdKit

@testable import StackDaemon

/// Keeps what would have gone to the journal and to the service manager.
final class Recorder: ServiceNotifying {
    private let state = Mutex<(records: [JournalRecord], told: [String])>(([], []))
    private let readySignal: AsyncStream<Void>.Continuation
    let becameReady: AsyncStream<Void>

    init() {
        (becameReady, readySignal) = AsyncStream.makeStream(of: Void.self)
    }

    var log: DaemonLog { DaemonLog { record in self.state.withLock { $0.records.append(record) } } }
    var records: [JournalRecord] { state.withLock { $0.records } }
    var told: [String] { state.withLock { $0.told } }

    func ready(status: String?) {
        tell("READY \(status ?? "")")
        readySignal.yield()
    }
    func status(_ text: String) { tell("STATUS \(text)") }
    func stopping(status: String?) { tell("STOPPING") }
    func watchdog() { tell("WATCHDOG") }

    private func tell(_ text: String) {
        state.withLock { $0.told.append(text) }
    }
}

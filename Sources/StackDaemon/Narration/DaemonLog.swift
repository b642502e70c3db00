// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import SystemdKit

/// Where the daemon writes what it has to say.
struct DaemonLog: Sendable {
    private let sink: @Sendable (JournalRecord) -> Void

    /// Creates a log that hands records to a closure.
    init(_ sink: @escaping @Sendable (JournalRecord) -> Void) {
        self.sink = sink
    }

    /// The journal; on a terminal also standard error, since nobody reads the journal of a program run by hand.
    static func journal() -> DaemonLog {
        let writer = JournalWriter(identifier: "mcp-stackd")
        let isOnTerminal = isatty(STDERR_FILENO) == 1
        return DaemonLog { record in
            if isOnTerminal {
                let line = Array("mcp-stackd: \(record.message)\n".utf8)
                _ = Glibc.write(STDERR_FILENO, line, line.count)
            }
            do throws(JournalError) {
                try writer.write(record)
            } catch {
                // There is no better place to complain about the journal than where a crash report would go.
                let line = Array("mcp-stackd: \(error): \(record.message)\n".utf8)
                _ = Glibc.write(STDERR_FILENO, line, line.count)
            }
        }
    }

    /// Writes one record.
    func write(_ record: JournalRecord) {
        sink(record)
    }
}

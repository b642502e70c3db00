// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import SystemdKit

/// The log of a bridge: its own lines and those of the server, on standard error.
struct BridgeLog: Sendable {
    private let writer: StandardErrorWriter
    private let isJournal: Bool

    /// Lines carry their level only where the journal reads them.
    init(_ descriptor: CInt = STDERR_FILENO, environment: [String] = ProcessEnvironment.entries()) {
        writer = StandardErrorWriter(descriptor)
        isJournal = JournalStream.isJournal(
            descriptor, ProcessEnvironment.value(of: "JOURNAL_STREAM", in: environment))
    }

    /// Writes a line of the bridge's own, which may repeat what a server or a client said.
    @Sendable func write(_ line: String) {
        writer.write("mcp-stack-bridge: \(LogLine.cleaned(line.utf8))\n")
    }

    /// Writes lines of the server.
    @Sendable func write(server lines: [LogLine]) {
        writer.write(lines.map { $0.written(forJournal: isJournal) }.joined())
    }

    /// Waits for a moment until everything is written.
    func flush() {
        writer.flush(seconds: 1)
    }
}

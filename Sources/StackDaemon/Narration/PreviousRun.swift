// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import SystemdKit

/// How the daemon's run before this one ended, as systemd told the journal.
enum PreviousRun {
    /// The field in which systemd names a unit's `Result` (systemd.journal-fields(7)).
    static let resultField = "UNIT_RESULT"

    /// The entries of a unit to look at: what systemd said about it from notices on.
    static func filter(unit: String) -> JournalFilter {
        JournalFilter(units: [unit], leastPriority: .notice, fields: [resultField])
    }

    /// One clause about the end of the run, out of the last entries of the unit; nil when systemd said nothing.
    static func ending(in entries: [JournalEntry], unit: String) -> String? {
        let told = entries.filter { $0.process == 1 && $0.unit == unit }
        guard let result = told.last(where: { $0.fields[resultField] != nil })?.fields[resultField] else { return nil }
        let exit = told.last { $0.message.contains(" exited, code=") }.map { entry in
            String(entry.message.dropFirst(entry.message.hasPrefix("\(unit): ") ? unit.count + 2 : 0))
        }
        switch result {
        case "watchdog": return "the previous run hung and was ended by its watchdog"
        case "oom-kill": return "the previous run was killed because memory was short"
        default:
            // systemd's own words name the signal or the status, such as 'code=killed, status=9/KILL'.
            return exit.map { "the previous run ended by itself: \($0)" } ?? "the previous run failed ('\(result)')"
        }
    }
}

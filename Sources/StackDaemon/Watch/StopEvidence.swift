// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import SystemdKit

/// Finds out whether a unit that was down before the daemon looked had been stopped by somebody.
///
/// A program that answers SIGTERM with an exit status of its own leaves its unit in `failed` when it is stopped;
/// systemd does not keep that somebody wanted it, but it told the journal.
enum StopEvidence {
    /// The fields in which systemd tells about the end of a job (systemd.journal-fields(7)).
    static let fields = ["JOB_TYPE", "JOB_RESULT"]
    private static let recent = 50

    /// Whether the last job of the unit was a stop; false when the journal does not tell.
    static func wasStopped(_ unit: String) async -> Bool {
        let filter = JournalFilter(units: [unit], fields: fields)
        let entries = try? await Journal.entries(matching: filter, last: recent)
        return wasStopped(unit, in: entries ?? [])
    }

    /// Whether the last job that these entries tell of was a stop.
    static func wasStopped(_ unit: String, in entries: [JournalEntry]) -> Bool {
        let job = entries.last { $0.process == 1 && $0.unit == unit && $0.fields["JOB_RESULT"] != nil }
        return job?.fields["JOB_TYPE"] == "stop"
    }
}

/// Remembers which units were stopped by somebody, since systemd forgets and a connection knows only its own time.
struct StopMemory {
    /// When each unit that was stopped went down, by systemd's clock.
    private var stopped: [String: UInt64] = [:]
    /// The failures that were looked up in the journal.
    private var lookedUp: [String: UInt64] = [:]

    /// The properties with `stoppedByJob` filled in from what is remembered or in the journal.
    mutating func completed(
        _ properties: UnitProperties, evidence: (String) async -> Bool = StopEvidence.wasStopped
    ) async -> UnitProperties {
        guard properties.activeState == .failed else { return properties }
        let time = properties.inactiveEnterTimestampMonotonic
        var completed = properties
        if !completed.stoppedByJob {
            if lookedUp[properties.name] == nil {
                // Seen for the first time, so it may have happened before this connection could see the job.
                completed.stoppedByJob = await evidence(properties.name)
            } else {
                completed.stoppedByJob = stopped[properties.name] == time
            }
        }
        lookedUp[properties.name] = time
        if completed.stoppedByJob { stopped[properties.name] = time }
        return completed
    }
}

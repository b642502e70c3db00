// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Which entries of the journal are of interest.
///
/// Entries belong to a unit when its processes sent them, or when systemd itself speaks of it.
public struct JournalFilter: Sendable, Equatable {
    /// The units; none means no entry at all.
    public var units: [String]
    /// The least gravity; nil for all entries.
    public var leastPriority: JournalPriority?
    /// Kinds of events that are of interest whatever their priority.
    public var messageIDs: [JournalMessageID]
    /// The further fields that entries bring along.
    public var fields: [String]

    /// Creates a filter.
    public init(
        units: [String], leastPriority: JournalPriority? = nil, messageIDs: [JournalMessageID] = [],
        fields: [String] = []
    ) {
        self.units = units
        self.leastPriority = leastPriority
        self.messageIDs = messageIDs
        self.fields = fields
    }

    /// The filter as alternatives of sd_journal_add_match(3): within one, values of one field are alternatives too,
    /// and different fields must all match.
    var alternatives: [[String]] {
        guard !units.isEmpty else { return [["MESSAGE_ID=none"]] }
        let priorities = leastPriority.map { least in (0...least.rawValue).map { "PRIORITY=\($0)" } } ?? []
        let sent = units.map { "_SYSTEMD_UNIT=\($0)" }
        var alternatives = [
            sent + priorities,
            // Anybody may set UNIT=; only systemd is believed.
            units.map { "UNIT=\($0)" } + ["_PID=1"] + priorities,
        ]
        if !messageIDs.isEmpty, leastPriority != nil {
            alternatives.append(sent + messageIDs.map { "MESSAGE_ID=\($0.text)" })
        }
        return alternatives
    }
}

/// Where in the journal to begin.
public enum JournalStart: Sendable, Equatable {
    /// With the last so many matching entries; 0 for new ones only.
    case last(Int)
    /// After the entry with this cursor.
    case after(cursor: String)
    /// With the first entry at or after this moment, in microseconds since the epoch.
    case since(UInt64)
}

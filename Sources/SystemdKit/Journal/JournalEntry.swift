// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// One entry of the journal.
public struct JournalEntry: Sendable, Equatable {
    /// When it was received, in microseconds since the epoch.
    public var realtime: UInt64
    /// Its position in the journal, to go on from later.
    public var cursor: String
    /// How grave it is; nil when the sender did not say.
    public var priority: JournalPriority?
    /// The unit it is about: for systemd's own entries the unit they speak of, else the sender's.
    public var unit: String
    /// The text; bytes that are not UTF-8 are replaced.
    public var message: String
    /// The sender's `SYSLOG_IDENTIFIER`; empty without one.
    public var identifier: String
    /// The sender's process; 0 when unknown.
    public var process: Int32
    /// The further fields that the filter asked for, as far as the entry has them.
    public var fields: [String: String]

    /// Creates an entry.
    public init(
        realtime: UInt64, cursor: String = "", priority: JournalPriority?, unit: String, message: String,
        identifier: String = "", process: Int32 = 0, fields: [String: String] = [:]
    ) {
        self.realtime = realtime
        self.cursor = cursor
        self.priority = priority
        self.unit = unit
        self.message = message
        self.identifier = identifier
        self.process = process
        self.fields = fields
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// An entry to be written to the journal.
public struct JournalRecord: Sendable, Equatable {
    /// The text, for people.
    public var message: String
    /// How grave it is.
    public var priority: JournalPriority
    /// What kind of event it is about.
    public var id: JournalMessageID?
    /// Further fields, in order.
    public var fields: [Field]

    /// Creates a record.
    public init(
        _ message: String, priority: JournalPriority = .info, id: JournalMessageID? = nil, fields: [Field] = []
    ) {
        self.message = message
        self.priority = priority
        self.id = id
        self.fields = fields
    }

    /// One further field.
    public struct Field: Sendable, Equatable {
        /// Its name.
        public var name: JournalFieldName
        /// Its value; any text, lines included.
        public var value: String

        /// Creates a field.
        public init(_ name: JournalFieldName, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The fields as sd_journal_sendv(3) takes them: `NAME=value`, one each, MESSAGE first.
    func encoded(identifier: String) -> [[UInt8]] {
        var all = [Field("MESSAGE", message), Field("PRIORITY", String(priority.rawValue))]
        all.append(Field("SYSLOG_IDENTIFIER", identifier))
        if let id { all.append(Field("MESSAGE_ID", id.text)) }
        all += fields
        return all.map { Array("\($0.name.text)=\($0.value)".utf8) }
    }
}

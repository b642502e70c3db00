// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A diagnostic as `--format json` prints it.
public struct DiagnosticRecord: Codable, Sendable, Equatable {
    /// A remark about another place.
    public struct Note: Codable, Sendable, Equatable {
        /// What is said.
        public var message: String
        /// The line, from 1.
        public var line: Int
        /// The column, from 1.
        public var column: Int
    }

    /// The file, as the user named it.
    public var file: String
    /// The line, from 1; absent when the diagnostic is about the file as a whole.
    public var line: Int?
    /// The column in Unicode scalars, from 1.
    public var column: Int?
    /// The line on which the place ends.
    public var endLine: Int?
    /// The column behind the place.
    public var endColumn: Int?
    /// `error` or `warning`.
    public var severity: String
    /// The stable code.
    public var code: String
    /// What is wrong.
    public var message: String
    /// Remarks about other places.
    public var notes: [Note]
    /// What to do about it.
    public var hint: String?

    /// Creates the record of a diagnostic about a file.
    public init(_ diagnostic: Diagnostic, file: String) {
        self.file = file
        line = diagnostic.range?.start.line
        column = diagnostic.range?.start.column
        endLine = diagnostic.range?.end.line
        endColumn = diagnostic.range?.end.column
        severity = diagnostic.severity.rawValue
        code = diagnostic.code.description
        message = diagnostic.message
        notes = diagnostic.notes.map {
            Note(message: $0.message, line: $0.range.start.line, column: $0.range.start.column)
        }
        hint = diagnostic.hint
    }
}

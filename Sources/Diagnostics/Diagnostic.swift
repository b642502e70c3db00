// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Something to say about the user's input: what, where, and what to do about it.
///
/// Diagnostics are collected and shown together; they are values and never thrown.
public struct Diagnostic: Sendable, Hashable {
    /// How much a diagnostic matters.
    public enum Severity: String, Sendable, Hashable {
        /// The input cannot be used.
        case error
        /// The input can be used, and probably does not mean what was meant.
        case warning
    }

    /// A stable number that names a kind of diagnostic, such as `MCS2003`; numbers are never reused.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code as it is shown.
        public let description: String

        /// Creates a code from its number.
        public init(_ number: Int) {
            description = "MCS\(number)"
        }
    }

    /// A remark that points at another place.
    public struct Note: Sendable, Hashable {
        /// What is said about that place.
        public var message: String
        /// The place.
        public var range: SourceRange

        /// Creates a note.
        public init(_ message: String, at range: SourceRange) {
            self.message = message
            self.range = range
        }
    }

    /// How much it matters.
    public var severity: Severity
    /// What kind of diagnostic it is.
    public var code: Code
    /// What is wrong: lower case, no full stop, user text in single quotes.
    public var message: String
    /// Where; nil when it is about the input as a whole.
    public var range: SourceRange?
    /// Other places that matter.
    public var notes: [Note]
    /// What to do about it, as one line.
    public var hint: String?

    /// Creates a diagnostic.
    public init(
        _ severity: Severity, _ code: Code, _ message: String, at range: SourceRange?, notes: [Note] = [],
        hint: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.range = range
        self.notes = notes
        self.hint = hint
    }
}

extension Sequence<Diagnostic> {
    /// Whether any of them makes the input unusable.
    public var hasErrors: Bool {
        contains { $0.severity == .error }
    }

    /// The diagnostics in the order of the places they are about, those without a place last.
    public func sortedByPosition() -> [Diagnostic] {
        enumerated().sorted { left, right in
            switch (left.element.range?.start, right.element.range?.start) {
            case (let first?, let second?) where first != second: first < second
            case (.some, nil): true
            case (nil, .some): false
            default: left.offset < right.offset
            }
        }.map(\.element)
    }
}

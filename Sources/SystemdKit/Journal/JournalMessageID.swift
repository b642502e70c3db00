// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The 128-bit number that says what kind of event an entry is about (`MESSAGE_ID`, systemd.journal-fields(7)).
public struct JournalMessageID: Sendable, Hashable, CustomStringConvertible {
    /// The number as 32 lower-case hexadecimal digits.
    public let text: String

    /// Takes 32 lower-case hexadecimal digits; nil for everything else.
    public init?(_ text: String) {
        guard Self.isValid(text) else { return nil }
        self.text = text
    }

    private static func isValid(_ text: String) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }

    /// The 32 digits.
    public var description: String { text }
}

extension JournalMessageID: ExpressibleByStringLiteral {
    /// Names an id in source code; a literal that is no id is a mistake of the programmer and traps.
    public init(stringLiteral literal: StaticString) {
        let text = String(describing: literal)
        precondition(Self.isValid(text), "'\(text)' is not a message id")
        self.text = text
    }
}

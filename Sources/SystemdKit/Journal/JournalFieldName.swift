// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The name of a journal field that a program may set.
///
/// journald silently drops a field whose name is not `[A-Z0-9_]{1,64}` or begins with an underscore or a digit
/// (`journal_field_valid` in systemd's src/libsystemd/sd-journal/journal-file.c), so such a name does not exist here.
public struct JournalFieldName: Sendable, Hashable, CustomStringConvertible {
    /// The name as it stands in the journal.
    public let text: String

    /// Takes a name that journald accepts; nil for all others.
    public init?(_ text: String) {
        guard Self.isValid(text) else { return nil }
        self.text = text
    }

    private static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= 64, first != UInt8(ascii: "_"), !isDigit(first) else {
            return false
        }
        return bytes.allSatisfy { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || isDigit(byte) || byte == UInt8(ascii: "_")
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The name as it stands in the journal.
    public var description: String { text }
}

extension JournalFieldName: ExpressibleByStringLiteral {
    /// Names a field in source code; a literal that journald would drop is a mistake of the programmer and traps.
    public init(stringLiteral literal: StaticString) {
        let text = String(describing: literal)
        precondition(Self.isValid(text), "'\(text)' is not a journal field name")
        self.text = text
    }
}

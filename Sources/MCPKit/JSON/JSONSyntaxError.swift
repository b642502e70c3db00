// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Why some bytes are not a JSON text (RFC 8259), and where.
public struct JSONSyntaxError: Error, Equatable, Sendable {
    /// What is wrong.
    public enum Code: String, Sendable {
        /// A byte that the grammar does not allow here.
        case unexpectedByte = "unexpected byte"
        /// The text stops in the middle of a value.
        case unexpectedEnd = "unexpected end"
        /// A string holds bytes that are not UTF-8.
        case invalidUTF8 = "invalid UTF-8"
        /// A backslash followed by something that is no escape.
        case invalidEscape = "invalid escape"
        /// A number that does not follow the grammar.
        case invalidNumber = "invalid number"
        /// Arrays and objects are nested more deeply than allowed.
        case tooDeep = "nested too deeply"
        /// Something follows the value.
        case trailingBytes = "bytes after the value"
    }

    /// What is wrong.
    public var code: Code
    /// The offset in bytes from the start of the text.
    public var offset: Int

    /// Creates an error.
    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension JSONSyntaxError: CustomStringConvertible {
    /// The error as a phrase, such as `unexpected byte at offset 12`.
    public var description: String { "\(code.rawValue) at offset \(offset)" }
}

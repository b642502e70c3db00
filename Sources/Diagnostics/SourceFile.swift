// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A text file as diagnostics quote it: its name and its lines.
public struct SourceFile: Sendable {
    /// The name to show, as the user gave it.
    public var name: String
    /// The lines that may be shown; a line that holds a secret is already blanked here.
    public var lines: [String]

    /// Creates a source from its text.
    ///
    /// - Parameters:
    ///   - name: The name to show.
    ///   - text: The contents.
    ///   - redact: Returns what may be shown of all lines, one for one; secrets must not survive it.
    public init(name: String, text: String, redact: ([String]) -> [String] = { $0 }) {
        self.name = name
        // Bytes, because Swift takes CR LF for one character.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        self.lines = redact(lines)
    }

    /// The text of a line, or nil behind the end of the file.
    public func line(_ number: Int) -> String? {
        lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }
}

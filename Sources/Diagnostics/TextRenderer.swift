// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Renders diagnostics as a compiler does: place, message, source line, caret, notes, hint.
public struct TextRenderer: Sendable {
    /// Whether to colour the output with ANSI sequences.
    public var isColoured: Bool

    /// Creates a renderer.
    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// The text of one diagnostic, ending in a newline.
    public func render(_ diagnostic: Diagnostic, in source: SourceFile) -> String {
        let colour: Colour = diagnostic.severity == .error ? .red : .yellow
        var text = place(diagnostic.range, in: source)
        text += paint("\(diagnostic.severity.rawValue):", colour)
        text += " " + paint(diagnostic.message, .bold) + " [\(diagnostic.code)]\n"
        text += excerpt(diagnostic.range, in: source, colour)
        for note in diagnostic.notes {
            text += place(note.range, in: source) + paint("note:", .cyan) + " \(note.message)\n"
            text += excerpt(note.range, in: source, .cyan)
        }
        if let hint = diagnostic.hint {
            text += "  " + paint("hint:", .green) + " \(hint)\n"
        }
        return text
    }

    private func place(_ range: SourceRange?, in source: SourceFile) -> String {
        guard let start = range?.start else { return "\(source.name): " }
        return paint("\(source.name):\(start.line):\(start.column):", .bold) + " "
    }

    private func excerpt(_ range: SourceRange?, in source: SourceFile, _ colour: Colour) -> String {
        guard let range, let line = source.line(range.start.line) else { return "" }
        let scalars = Array(line.unicodeScalars)
        let start = min(range.start.column - 1, scalars.count)
        let end = range.end.line == range.start.line ? min(range.end.column - 1, scalars.count) : scalars.count
        // Tabs are kept, so that the caret stands below its character whatever the tab width.
        let indent = String(String.UnicodeScalarView(scalars[..<start].map { $0 == "\t" ? "\t" : " " }))
        let number = String(range.start.line)
        let margin = String(repeating: " ", count: number.count)
        let marker = "^" + String(repeating: "~", count: max(0, end - start - 1))
        return " \(number) | \(line)\n \(margin) | \(indent)\(paint(marker, colour))\n"
    }

    private enum Colour: String {
        case bold = "1"
        case red = "1;31"
        case green = "1;32"
        case yellow = "1;33"
        case cyan = "1;36"
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}

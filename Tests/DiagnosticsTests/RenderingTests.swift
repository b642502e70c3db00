// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import Testing

@Suite("Rendering of diagnostics")
struct RenderingTests {
    private let source = SourceFile(name: "s.yaml", text: "a: 1\r\n\tbé: two words\nlast")

    private func range(_ line: Int, _ start: Int, _ end: Int) -> SourceRange {
        SourceRange(start: .init(line: line, column: start), end: .init(line: line, column: end))
    }

    @Test func showsPlaceLineCaretNoteAndHint() {
        let diagnostic = Diagnostic(
            .error, .init(2003), "unknown key 'bé'", at: range(2, 2, 4),
            notes: [.init("known ones stand here", at: range(1, 1, 2))], hint: "did you mean 'be'?")
        #expect(
            TextRenderer(isColoured: false).render(diagnostic, in: source) == """
                s.yaml:2:2: error: unknown key 'bé' [MCS2003]
                 2 | \tbé: two words
                   | \t^~
                s.yaml:1:1: note: known ones stand here
                 1 | a: 1
                   | ^
                  hint: did you mean 'be'?

                """)
    }

    @Test func placesBehindTheEndOfALineOrFileAreShownAsFarAsTheyExist() {
        let renderer = TextRenderer(isColoured: false)
        let beyond = Diagnostic(.warning, .init(1), "m", at: range(9, 3, 4))
        #expect(renderer.render(beyond, in: source) == "s.yaml:9:3: warning: m [MCS1]\n")
        let atEnd = Diagnostic(.warning, .init(1), "m", at: range(3, 9, 12))
        #expect(renderer.render(atEnd, in: source).hasSuffix(" 3 | last\n   |     ^\n"))
    }

    @Test func withoutAPlaceOnlyTheFileIsNamed() {
        let diagnostic = Diagnostic(.error, .init(7), "empty", at: nil)
        #expect(TextRenderer(isColoured: false).render(diagnostic, in: source) == "s.yaml: error: empty [MCS7]\n")
    }

    @Test func colourIsOnlyAddedWhenAskedFor() {
        let diagnostic = Diagnostic(.error, .init(7), "empty", at: range(1, 1, 2), hint: "h")
        #expect(TextRenderer(isColoured: true).render(diagnostic, in: source).contains("\u{1B}[1;31merror:"))
        #expect(!TextRenderer(isColoured: false).render(diagnostic, in: source).contains("\u{1B}"))
    }

    @Test func recordsCarryTheSameFacts() {
        let diagnostic = Diagnostic(
            .warning, .init(12), "m", at: range(2, 3, 5), notes: [.init("n", at: range(1, 1, 2))], hint: "h")
        let record = DiagnosticRecord(diagnostic, file: "f")
        #expect([record.line, record.column, record.endLine, record.endColumn] == [2, 3, 2, 5])
        #expect(
            [record.file, record.severity, record.code, record.message, record.hint] == [
                "f", "warning", "MCS12", "m", "h",
            ])
        #expect(record.notes.map(\.line) == [1])
    }

    @Test func sortsByPlaceAndKeepsTheOrderOfEqualOnes() {
        let all = [
            Diagnostic(.error, .init(1), "none", at: nil), Diagnostic(.error, .init(1), "b", at: range(2, 1, 2)),
            Diagnostic(.error, .init(1), "a1", at: range(1, 5, 6)),
            Diagnostic(.error, .init(1), "a2", at: range(1, 5, 6)),
        ]
        #expect(all.sortedByPosition().map(\.message) == ["a1", "a2", "b", "none"])
    }
}

@Suite("Spelling")
struct SpellingTests {
    @Test(
        arguments: [
            ("comand", "command"), ("hostnmae", "hostname"), ("Url", "url"), ("acess", "access"), ("xyz", nil),
            ("servers", "servers"), ("a", nil),
        ] as [(String, String?)])
    func findsSlipsAndNothingFarAway(_ word: String, _ meant: String?) {
        #expect(Spelling.closest(to: word, among: ["command", "hostname", "url", "access", "servers"]) == meant)
    }
}

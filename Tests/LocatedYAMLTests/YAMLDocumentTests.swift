// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import LocatedYAML
import Testing

@Suite("YAML documents")
struct YAMLDocumentTests {
    private func scalar(_ text: String) throws -> Node {
        try #require(YAMLDocument(parsing: text).root)
    }

    /// The core schema of YAML 1.2.2, section 10.3.2, and what only YAML 1.1 took for something else.
    @Test(
        arguments: [
            ("true", .bool(true)), ("False", .bool(false)), ("null", .null), ("~", .null), ("12", .int(12)),
            ("-7", .int(-7)), ("+3", .int(3)), ("012", .int(12)), ("0o14", .int(12)), ("0x1F", .int(31)),
            ("1.5", .float), ("1e3", .float), (".inf", .float), ("99999999999999999999", .float),
            ("yes", .string), ("on", .string), ("12:30", .string), ("1_000", .string), ("'12'", .string),
            ("\"true\"", .string), ("1.2.3", .string), ("0x", .string), ("-", .null),
        ] as [(String, Node.CoreValue)])
    func coreSchema(_ text: String, _ value: Node.CoreValue) throws {
        let node = try scalar("k: \(text == "-" ? "" : text)")
        guard case .mapping(let pairs) = node.content else { return #expect(Bool(false), "no mapping") }
        #expect(pairs[0].value.coreValue == value)
    }

    @Test func rangesPointAtWhatWasWritten() throws {
        let root = try #require(YAMLDocument(parsing: "a: 1\nlong:\n  - x\n  - é: 'q'\nb: [1, 2]\n").root)
        guard case .mapping(let pairs) = root.content else { return #expect(Bool(false)) }
        #expect(pairs.map(\.key) == ["a", "long", "b"])
        #expect(pairs[1].keyRange.start == SourcePosition(line: 2, column: 1))
        #expect(pairs[1].keyRange.end == SourcePosition(line: 2, column: 5))
        #expect(pairs[1].value.range.start == SourcePosition(line: 3, column: 3))
        #expect(pairs[1].value.range.end == SourcePosition(line: 4, column: 11))
        #expect(pairs[2].value.range.end == SourcePosition(line: 5, column: 10))
    }

    @Test(
        arguments: [
            ("a: [1\nb: 2", 1001, 2), ("a: 1\na: 2", 1002, 2), ("a: &x 1\nb: *x", 1003, 1), ("a: !!str 1", 1003, 1),
            ("a: 1\n---\nb: 2", 1003, 2), ("? [x]\n: 1", 1003, 1), ("\ta: 1", 1001, 1), ("a: \"\u{1}\"", 1001, 1),
            ("a: b: c", 1001, 1), ("*x", 1003, 1),
        ])
    func refusesWhatItDoesNotRead(_ text: String, _ code: Int, _ line: Int) throws {
        let first = try #require(YAMLDocument(parsing: text).diagnostics.first)
        #expect(first.code == Diagnostic.Code(code))
        #expect(first.range?.start.line == line)
    }

    @Test func duplicateKeysPointAtTheFirstOneAndQuoteNoValue() throws {
        let diagnostic = try #require(YAMLDocument(parsing: "token: s3cret\nb: 1\ntoken: other\n").diagnostics.first)
        #expect(diagnostic.notes.first?.range.start == SourcePosition(line: 1, column: 1))
        #expect(!"\(diagnostic)".contains("s3cret"))
    }

    @Test func depthAndSizeAreBounded() {
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(YAMLDocument(parsing: deep).diagnostics.first?.code == .excessiveYAML)
        let large = "a: \"" + String(repeating: "x", count: YAMLDocument.maximumSize) + "\""
        #expect(YAMLDocument(parsing: large).diagnostics.first?.code == .excessiveYAML)
    }

    @Test(arguments: ["", "# only a comment\n", "---\n"])
    func emptyTextsHaveNoValue(_ text: String) {
        let document = YAMLDocument(parsing: text)
        #expect(document.diagnostics.isEmpty)
        #expect(document.root == nil || document.root?.coreValue == .null)
    }

    /// Random damage to a real file must never crash and always end in a tree or a diagnostic.
    @Test func anyBytesAreSurvived() {
        var random = SystemRandomNumberGenerator()
        let seed = Array("version: 1\nservers:\n  a: { command: [x, \"y\"], b: 'c' }\n  - z\n# é\n".unicodeScalars)
        for _ in 0..<2000 {
            var scalars = seed
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let other = "\u{0}\t\n:-[]{}#&*!|>'\"%@`,?é\u{2028} x1".unicodeScalars.randomElement(using: &random)
                scalars[Int.random(in: 0..<scalars.count, using: &random)] = other ?? "x"
            }
            let document = YAMLDocument(parsing: String(String.UnicodeScalarView(scalars)))
            #expect(document.root != nil || !document.diagnostics.isEmpty || scalars.isEmpty)
        }
    }
}

@Suite("Secret lines")
struct SecretLinesTests {
    @Test(
        arguments: [
            (
                "environment:\n  A: s3cret\n  B: |\n    s3cret\nplain: x",
                "environment:\n  A: …\n  B: …\n    …\nplain: x"
            ),
            ("- environment: { A: s3cret }", "- environment: …"),
            ("x: { environment: { A: s3cret }, b: 1 }", "x: { environment: …"),
            ("api-token: s3cret", "api-token: …"), ("  PASSWORD: s3cret", "  PASSWORD: …"),
            ("url: https://me:s3cret@host/path", "url: https://…@host/path"), ("name: value", "name: value"),
            ("command: [a, b]", "command: [a, b]"), ("secrets:\n- s3cret\nb: 1", "secrets:\n- …\nb: 1"),
        ])
    func areBlanked(_ text: String, _ shown: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(SecretLines.redact(lines, under: ["environment", "secrets"]).joined(separator: "\n") == shown)
    }
}

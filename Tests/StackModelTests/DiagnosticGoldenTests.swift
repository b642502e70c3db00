// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import StackModel
import StackTestSupport
import Testing

/// Each fixture is a stack file and the text that people read about it.
@Suite("Diagnostics of stack files")
struct DiagnosticGoldenTests {
    @Test("say what is expected", arguments: GoldenTree.fixtures())
    func rendersAsExpected(_ fixture: GoldenTree) throws {
        let text = try #require(try fixture.text("stack.yaml"), "a fixture has a stack.yaml")
        let file = StackFile(parsing: text, name: "stack.yaml")
        let renderer = TextRenderer(isColoured: false)
        let rendered = file.diagnostics.map { renderer.render($0, in: file.source) }.joined()
        for difference in try fixture.differences(from: ["diagnostics.txt": rendered]) {
            Issue.record("\(difference)")
        }
        #expect(!rendered.contains("s3cret"))
        #expect((file.stack == nil) == file.diagnostics.hasErrors)
    }

    /// Whatever happens to a stack file, reading it ends, and a stack without errors comes with none.
    @Test func damagedFilesAreSurvived() throws {
        var random = SystemRandomNumberGenerator()
        let texts = try GoldenTree.fixtures().compactMap { try $0.text("stack.yaml") }
        let words = ["servers", "command", "[", "]", "{", "}", ":", "\n", "  ", "- ", "x", "1", "true", "'", "\"", "#"]
        for text in texts {
            for _ in 0..<100 {
                var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                let index = Int.random(in: 0..<lines.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: lines.remove(at: index)
                case 1: lines.insert(words.randomElement(using: &random) ?? "", at: index)
                default: lines[index] += words.randomElement(using: &random) ?? ""
                }
                let file = StackFile(parsing: lines.joined(separator: "\n"), name: "x")
                #expect((file.stack == nil) == file.diagnostics.hasErrors)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import HostFiles
import StackModel
import StackTestSupport
import Testing

@testable import StackCommands

/// Each fixture is a file of another program, the stack file that it becomes, and what is said about it.
@Suite("Imported files")
struct ImportGoldenTests {
    /// A machine with the usual programs and a few directories.
    static let host = ImportHost(
        program: { ["npx", "node", "uvx", "python3", "sh", "docker"].contains($0) ? "/usr/bin/\($0)" : nil },
        kind: { path in
            switch path {
            case "/home/me/docs", "/srv/share": .directory
            case "/usr/local/bin/mcp-db", "/etc/ssl/certs/ca.pem": .file
            default: nil
            }
        })

    /// The one file of a fixture that is neither expected nor an option.
    private static func input(_ fixture: GoldenTree) throws -> (name: String, text: String) {
        let name = try #require(
            try HostFiles().names(in: fixture.directory).first { !["expected", "domain"].contains($0) })
        return (name, try #require(try fixture.text(name)))
    }

    private static func imported(_ fixture: GoldenTree) throws -> ImportResult {
        let (name, text) = try input(fixture)
        let domain = try fixture.text("domain")?.split(separator: "\n").first.map(String.init)
        return ImportResult(importing: text, name: name, domain: domain, host: host)
    }

    @Test("become what is expected", arguments: GoldenTree.fixtures())
    func rendersAsExpected(_ fixture: GoldenTree) throws {
        let (name, text) = try Self.input(fixture)
        let result = try Self.imported(fixture)
        let renderer = TextRenderer(isColoured: false)
        var messages = result.diagnostics.map { renderer.render($0, in: result.source) }.joined()
        var made: [String: String] = [:]
        if let stack = result.stack {
            let text = stack.text(from: name)
            made["stack.yaml"] = text
            let report = ImportReport(stack: stack, text: text, output: nil)
            messages += report.lines(KeptSecrets()).map { $0 + "\n" }.joined()
        }
        made["messages.txt"] = messages
        for (file, text) in made { #expect(!text.contains("s3cr3t"), "\(file) has a secret") }
        #expect(!"\(String(describing: result.stack)) \(result.diagnostics)".contains("s3cr3t"))
        #expect((result.stack == nil) == result.diagnostics.hasErrors)
        #expect(text.isEmpty || !messages.isEmpty)
        for difference in try fixture.differences(from: made) { Issue.record("\(difference)") }
    }

    /// What `check` refuses in an imported file is what the file could not decide.
    @Test("pass the check but for decisions", arguments: GoldenTree.fixtures())
    func passTheCheck(_ fixture: GoldenTree) throws {
        guard let stack = try Self.imported(fixture).stack else { return }
        let file = StackFile(parsing: stack.text(from: "x"), name: "stack.yaml")
        let errors = file.diagnostics.filter { $0.severity == .error }
        let decisions: Set<Diagnostic.Code> = stack.isPublic ? [.missingAccess, .unreachableServer] : []
        let surplus = errors.filter { !decisions.contains($0.code) }
        #expect(surplus.isEmpty, "\(surplus.map { "\($0.code) \($0.message)" })")
        let hasServers = stack.servers.contains { $0.entries != nil } || !stack.servers.isEmpty
        #expect(stack.isPublic && hasServers ? !errors.isEmpty : errors.isEmpty)
    }

    @Test func everyRouteToTheInternetAsksWhoMayUseIt() throws {
        for fixture in GoldenTree.fixtures() {
            guard let stack = try Self.imported(fixture).stack else { continue }
            #expect(stack.isPublic != stack.text(from: "x").contains("\n    access: public\n"))
        }
    }

    /// Whatever happens to a file, reading it ends, and no secret comes out.
    @Test func damagedFilesAreSurvivedAndTellNothing() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\n", "\\", "//", "/*", "\t", "'", "#", "- ", "&a", "*a", "x",
        ]
        for fixture in GoldenTree.fixtures() {
            let text = try Self.input(fixture).text
            guard !text.isEmpty else { continue }
            for _ in 0..<60 {
                var characters = Array(text)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let index = Int.random(in: 0..<characters.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: characters.removeSubrange(index..<min(characters.count, index + 3))
                    case 1: characters.insert(contentsOf: pieces.randomElement(using: &random) ?? "", at: index)
                    default: characters = Array(characters.prefix(max(1, index)))
                    }
                    if characters.isEmpty { characters = ["x"] }
                }
                let result = ImportResult(
                    importing: String(characters), name: "x", domain: nil, host: Self.host)
                let renderer = TextRenderer(isColoured: false)
                let messages = result.diagnostics.map { renderer.render($0, in: result.source) }.joined()
                #expect(!messages.contains("s3cr3t"), "\(messages)")
                #expect((result.stack == nil) == result.diagnostics.hasErrors)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import LocatedYAML
import StackModel
import StackPlan
import Testing

@testable import StackCommands

@Suite("Properties of imports")
struct ImportPropertyTests {
    /// Text of every kind: plain, what YAML reads as something else, what ends lines, what is not allowed bare.
    private static func randomText(_ random: inout some RandomNumberGenerator) -> String {
        let pieces = [
            "a", "Z", "0", "-", "_", " ", ":", ": ", "#", " #", "\"", "'", "\\", "\n", "\r", "\t", "{", "}", "[", "]",
            ",",
            "&", "*", "!", "|", ">", "%", "@", "`", "?", "true", "null", "~", "yes", "1e3", "0x1F", ".inf", "---",
            "...",
            "\u{0}", "\u{7}", "\u{7F}", "\u{80}", "\u{85}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}",
            "\u{FFFF}", "ü", "日本", "👋🏽", "\u{202E}", "\r\n", "<<", "=",
        ]
        return (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    @Test func everyStringRoundTripsThroughYAML() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<4000 {
            let text = Self.randomText(&random)
            let value = YAMLValue.map([
                .init("list", .list([.text(text), .text("x")])), .init("k" + text, .text(text)),
            ])
            for lines in [value.lines(under: "top", indent: 0), value.lines(under: "top", indent: 0, width: 0)] {
                let document = YAMLDocument(parsing: lines.joined(separator: "\n") + "\n")
                #expect(document.diagnostics.isEmpty, "\(text.debugDescription): \(document.diagnostics)")
                let top = document.root?["top"]
                let item = try #require(top?["list"]?.items?.first)
                guard case .scalar(let scalar) = item.content else {
                    Issue.record("no scalar")
                    continue
                }
                #expect(Array(scalar.text.unicodeScalars) == Array(text.unicodeScalars))
                #expect(item.coreValue == .string, "\(text.debugDescription) is read as \(item.typeName)")
                let entry = try #require(top?.entries.last)
                #expect(Array(entry.key.unicodeScalars) == Array("k\(text)".unicodeScalars))
            }
        }
    }

    @Test func noCommentEndsItsLine() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let text = Self.randomText(&random)
            var page = CommentedYAML()
            page.comment("todo: '\(text)' and more", 4)
            page.line("a: 1")
            let document = YAMLDocument(parsing: page.text)
            #expect(document.diagnostics.isEmpty)
            #expect(document.root?.entries.map(\.key) == ["a"])
        }
    }

    /// Any client's file with any strings in it becomes a stack file that is read back with the same command.
    @Test func anyCommandSurvivesTheWholeWay() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<400 {
            let words = (0..<3).map { _ in Self.randomText(&random) }
            let variable = Self.randomText(&random)
            let arguments = words.map(YAMLText.quoted).joined(separator: ", ")
            let text = """
                {"mcpServers": {\(YAMLText.quoted("n" + words[0])): {"command": "npx", "args": [\(arguments)],
                 "env": {"A": \(YAMLText.quoted(variable)), "B_TOKEN": \(YAMLText.quoted(variable))}}}}
                """
            let result = ImportResult(importing: text, name: "x\n'y", domain: nil, host: ImportGoldenTests.host)
            let stack = try #require(result.stack, "\(result.diagnostics)")
            let file = StackFile(parsing: stack.text(from: "x\ny"), name: "stack.yaml")
            #expect(!file.diagnostics.hasErrors, "\(file.diagnostics) in \(stack.text(from: "x"))")
        }
    }

    @Test func namesAreValidAndDiffer() {
        var random = SystemRandomNumberGenerator()
        var names = ServerNames()
        var taken: Set<String> = []
        for _ in 0..<500 {
            let name = names.take(Self.randomText(&random))
            #expect(Hostname.isServerName(name), "\(name)")
            #expect(taken.insert(name).inserted)
        }
        var others = ServerNames()
        #expect(others.take("GitHub MCP!") == "github-mcp")
        #expect(others.take("github_mcp") == "github-mcp-2")
        let long = String(repeating: "a", count: 40)
        #expect(others.take(long) == String(repeating: "a", count: 32))
        #expect(others.take(long) == String(repeating: "a", count: 30) + "-2")
    }

    @Test func credentialsHaveValidNames() {
        var random = SystemRandomNumberGenerator()
        var ledger = SecretLedger()
        for index in 0..<300 {
            let variable = VariableName.make(from: Self.randomText(&random))
            #expect(VariableName.isValid(variable), "\(variable.debugDescription)")
            let name = ledger.credential(
                for: .value(HiddenText("v\(index)")), variable: variable, server: String(repeating: "s", count: 32))
            #expect(CredentialName.isValid(name), "\(name)")
        }
        #expect(Set(ledger.secrets.map(\.credential)).count == 300)
    }

    /// Files with a secret, which stands where `@` is, in every position that a person might put one.
    private static let positions = [
        #"{"mcpServers": {"a": {"command": "npx", "args": ["@"]}}}"#,
        #"{"mcpServers": {"a": {"command": "npx", "args": ["--x=@", "--x", "@", "-H", "X: @", "x @ y", "{\"k\": \"@\"}"]}}}"#,
        #"{"mcpServers": {"a": {"command": "npx", "args": ["https://h/@/x", "https://h/?x=@", "https://@@h/", "@/x"]}}}"#,
        #"{"mcpServers": {"a": {"command": "npx", "args": ["${workspaceFolder}/@", "${X:-@}", "${input:x}@", "~/@", "./@"]}}}"#,
        #"{"mcpServers": {"a": {"command": "docker", "args": ["run", "-e", "X=@", "--env=Y=@", "-eZ=@", "-v", "@:/x"]}}}"#,
        #"{"mcpServers": {"a": {"command": "sh", "args": ["-c", "X=@ Y='@' run @"]}}}"#,
        #"{"mcpServers": {"a": {"command": "env", "args": ["X=@", "run"]}, "b": {"command": "@ x"}, "c": {"command": "@"}}}"#,
        #"{"mcpServers": {"a": {"command": "/opt/@/bin/x"}, "b": {"command": "./@"}, "c": {"command": "C:\\@\\x"}}}"#,
        #"{"mcpServers": {"a": {"command": "npx", "env": {"X": "@", "Y": "a @", "Z": "${X:-@}", "@": "x", "P": "/home/@"}}}}"#,
        #"{"mcpServers": {"@": {"command": "npx", "cwd": "/x/@", "envFile": "@", "@": 1}}}"#,
        #"{"mcpServers": {"a": {"url": "https://h/@", "headers": {"@": "@"}}, "b": {"url": "http://localhost/@?x=@"}}}"#,
        #"{"mcpServers": {"a": {"url": "https://@/"}, "b": {"url": "@"}, "c": {"url": "https://${H}/@"}}}"#,
        #"{"servers": {"a": {"command": "npx", "env": {"X": "${input:@}"}}}, "inputs": [{"id": "x", "default": "@"}]}"#,
        "tunnel: @\ningress: [{ service: 'http_status:404' }]\n",
        "tunnel: t\ncredentials-file: @\ntoken-file: @\n@: x\ningress: []\n",
        "tunnel: t\ncredentials-file: /x/@.json\nprotocol: @\ningress: [{ hostname: a.b, service: http://localhost:1 }]\n",
        "tunnel: t\ningress: [{ hostname: '@.example.com', path: '^/@', service: 'http://u:@@h:1/@?@' }, { service: '@' }]\n",
        "tunnel: t\ningress: [{ hostname: a.b, service: '@://x', '@': 1, originRequest: { '@': 1, caPool: /x/@ } }]\n",
        "services: { cloudflared: { environment: [TUNNEL_TOKEN=@], command: 'tunnel run --token @' } }\n",
        "services: { '@': { image: '@', environment: { X: '@' }, ports: ['@', '3000:3000'] } }\n",
    ]

    @Test func noSecretComesOutOfAnyPosition() {
        var random = SystemRandomNumberGenerator()
        let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        for position in Self.positions {
            for prefix in ["ghp_", "sk-proj", "xoxb-1", "eyJ"] {
                let rest = String((0..<24).map { _ in letters.randomElement(using: &random) ?? "x" })
                let text = position.replacing("@@", with: "\u{1}").replacing("@", with: prefix + rest)
                    .replacing("\u{1}", with: "\(prefix)\(rest)@")
                let result = ImportResult(importing: text, name: "x", domain: nil, host: ImportGoldenTests.host)
                let renderer = TextRenderer(isColoured: false)
                var said = result.diagnostics.map { renderer.render($0, in: result.source) }.joined()
                if let stack = result.stack {
                    let made = stack.text(from: "x")
                    said += made
                    said += ImportReport(stack: stack, text: made, output: nil).lines(KeptSecrets()).joined()
                }
                let isHidden = !said.lowercased().contains(rest.lowercased())
                #expect(isHidden, "\(position)")
                let isUndescribed = !"\(result)".contains(rest)
                #expect(isUndescribed, "\(position)")
            }
        }
    }
}

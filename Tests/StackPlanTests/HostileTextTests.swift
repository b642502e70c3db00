// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import StackModel
import StackPlan
import Testing
import UnitFile

/// What users write stays what it is, and never becomes a directive, a key or a comment's end.
@Suite("Hostile text")
struct HostileTextTests {
    private static let pieces =
        [
            "a", "Z", "0", "%", "%%", "%n", "$", "$$", "${X}", "\"", "'", "\\", "\\\\", ";", "#", "{", "}", "(", ")",
            "[Service]",
            "ExecStart=/bin/evil", "=", " ", "  ", "\t", "- ", ": ", "? ", "*a", "&a", "!!str", "|", ">", "@", "`",
            "\u{301}",
            "e\u{301}", "\"\u{301}", "\\\u{301}", ";\u{301}", "😀", "\u{202E}", "\u{85}", "\u{2028}", "\u{2029}",
            "\u{A0}",
            "\u{FEFF}", "\u{80}", "\u{9B}", "\\n", "\\x41", "yes", "null", "1e3", "/", ".", "\u{37E}", "é", "\u{212A}",
        ]

    private static func text(_ random: inout some RandomNumberGenerator) -> String {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    /// A double-quoted scalar with every character but letters and digits as a number.
    private static func quoted(_ text: String) -> String {
        "\""
            + text.unicodeScalars.map { scalar in
                let digits = String(scalar.value, radix: 16)
                let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                return isPlain ? String(scalar) : "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }.joined() + "\""
    }

    /// A stack with what `text` gives in each field that takes any text.
    private static func stack(named isNamed: Bool, _ text: () -> String) throws -> Stack? {
        let tunnel =
            isNamed
            ? "{ mode: named, name: \(quoted("x" + text())), credentials: \(quoted("/x" + text() + "x")) }"
            : "{ mode: local }"
        let expression = text().unicodeScalars.map { scalar in
            scalar.isASCII && !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
                ? "\\\(scalar)" : String(scalar)
        }.joined()
        let yaml = """
            version: 1
            tunnel: \(tunnel)
            servers:
              a:
                command: [/bin/a, \(quoted(text())), \(quoted(text()))]
                environment: { A: \(quoted(text())), B: \(quoted(text())) }
                paths: { read: [\(quoted("/x" + text() + "x"))], write: [\(quoted("/x" + text() + "x"))] }
                routes: [{ hostname: a.example.com, path: \(quoted("^/" + expression + "$")) }]
                access: public
              b:
                command: [/bin/b, \(quoted(text()))]
                port: 3001
                environment: { A: \(quoted(text())) }
                hostname: b.example.com
                access: public
              c:
                url: \(quoted("unix:/x" + text()))
                transport: http
                origin: { caPool: \(quoted("/x" + text() + "x")) }
                routes: [{ hostname: c.example.com, path: \(quoted("^/" + expression)) }]
                access: public
            """
        return StackFile(parsing: yaml, name: "stack.yaml").stack
    }

    /// The lines of the plan's files without what stands behind the first `=` or `:` of each, or in quotes.
    private static func shape(_ stack: Stack, from file: String) throws -> [String: [String]] {
        let facts = Facts(
            systemd: SystemdRelease(257), generation: 1, connectorGeneration: 1, commands: [:], resolvers: [],
            stackFile: file)
        return try StackCompiler(stack: stack, facts: facts).plan().entries.compactMapValues { entry in
            guard case .text(let text) = entry, !text.hasPrefix("{") else { return nil }
            // Lines as bytes, so that no character hides a line feed.
            return text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
                let end = line.firstIndex { "=\":'".utf8.contains($0) } ?? line.endIndex
                let isSocket = ["server unix", "server \"unix"].contains { head in
                    line.drop { $0 == UInt8(ascii: " ") }.starts(with: head.utf8)
                }
                if line.first == UInt8(ascii: "#") { return "#" }
                return isSocket ? "socket" : String(decoding: line[..<end], as: UTF8.self)
            }
        }
    }

    @Test(arguments: [true, false])
    func addsNoLineToAnyFile(_ isNamed: Bool) throws {
        var random = SystemRandomNumberGenerator()
        let harmless = try #require(try Self.stack(named: isNamed) { "y" })
        let expected = try Self.shape(harmless, from: "/etc/mcp-stack/stack.yaml")
        var accepted = 0
        let fileNames = ["", "\n[Service]\nExecStart=/bin/evil", "\r", "\0"]
        for number in 0..<1000 {
            var texts: [String] = []
            let made = try Self.stack(named: isNamed) {
                texts.append(Self.text(&random))
                return texts.last ?? ""
            }
            guard let stack = made else { continue }
            accepted += 1
            let file = "/srv/" + Self.text(&random) + fileNames[number % fileNames.count]
            try #require(try Self.shape(stack, from: file) == expected, "\(texts.map(\.debugDescription)) \(file)")
        }
        #expect(accepted > 50)
    }

    /// execve(2) takes 131,071 bytes in one text; the whole command must fit one line of a unit.
    @Test(arguments: [
        ([131_071], true), ([131_072], false), ([130_000, 130_000], true), ([90_000, 90_000, 90_000], false),
    ])
    func commandsAreNoLongerThanAUnitCanHold(_ lengths: [Int], _ isGood: Bool) {
        let words = lengths.map { String(repeating: "%", count: $0) }.map { "'\($0)'" }.joined(separator: ", ")
        let yaml =
            "version: 1\ntunnel: { mode: local }\nservers:\n"
            + "  a: { command: [/bin/a, \(words)], hostname: a.example.com, access: public }\n"
        #expect((StackFile(parsing: yaml, name: "x").stack != nil) == isGood)
    }

    @Test func variablesFitWithTheirNames() {
        for (length, isGood) in [(131_068, true), (131_069, false)] {
            let value = String(repeating: "x", count: length)
            let yaml =
                "version: 1\ntunnel: { mode: local }\nservers:\n"
                + "  a: { command: [/bin/a], environment: { AB: \(value) }, hostname: a.example.com, access: public }\n"
            #expect((StackFile(parsing: yaml, name: "x").stack != nil) == isGood)
        }
    }

    private func plan(_ servers: String, tunnel: String = "{ mode: local }", from file: String = "x") throws -> Plan {
        let yaml = "version: 1\ntunnel: \(tunnel)\nservers:\n\(servers)"
        let read = StackFile(parsing: yaml, name: "x")
        let stack = try #require(read.stack, "\(read.diagnostics.map(\.message))")
        let facts = Facts(
            systemd: .oldest, generation: 1, connectorGeneration: 1, commands: [:], resolvers: [], stackFile: file)
        return try StackCompiler(stack: stack, facts: facts).plan()
    }

    private func text(_ plan: Plan, _ path: String) throws -> String {
        guard case .text(let text)? = plan.entries[path] else { throw CancellationError() }
        return text
    }

    private static let server = "  a: { command: [/bin/a], hostname: a.example.com, access: public }\n"

    /// systemd takes everything behind `tunnel.json:` for the path, quotes and all.
    @Test func credentialsPathsAreNotQuoted() throws {
        let plan = try plan(Self.server, tunnel: #"{ mode: named, name: x, credentials: "/a b/100%/\"c\".json" }"#)
        #expect(
            try text(plan, "units/mcp-connector@1.service")
                .contains("\nLoadCredential=tunnel.json:/a b/100%%/\"c\".json\n"))
    }

    /// systemd takes it only in its normal form, and a line ends before white space and a backslash.
    @Test(arguments: ["/a ", "/a\t", "/a\\", "/a/", "//a", "/a//b", "/"])
    func credentialsPathsThatSystemdWouldNotTakeAreRefused(_ path: String) {
        let yaml =
            "version: 1\ntunnel: { mode: named, name: x, credentials: \(Self.quoted(path)) }\nservers:\n\(Self.server)"
        #expect(StackFile(parsing: yaml, name: "x").stack == nil)
    }

    @Test func quotesWithCombiningMarksDoNotEndStringsOfNginx() throws {
        let plan = try plan(
            "  a: { command: [/bin/a], routes: [{ hostname: a.example.com, path: \"^/\\\"\\u0301$\" }], access: public }\n"
        )
        #expect(try text(plan, "gateway/nginx.conf").contains("location ~ \"^/\\\"\u{301}$\" {\n"))
    }

    @Test func socketsAreWordsOfNginx() throws {
        let plan = try plan(
            "  a: { url: \"unix:/a b;{\\\"\", transport: http, hostname: a.example.com, access: public }\n")
        #expect(try text(plan, "gateway/nginx.conf").contains("server \"unix:/a b;{\\\"\" max_fails=0;\n"))
    }

    @Test func whatYAMLCannotPrintIsEscaped() throws {
        let plan = try plan(
            Self.server, tunnel: #"{ mode: named, name: "\u0080\uE000\uFEFF\U0001F600", credentials: /c }"#)
        #expect(
            try text(plan, "connector/config.yml")
                .contains("\ntunnel: \"\\U00000080\u{E000}\\U0000FEFF\u{1F600}\"\n"))
    }

    @Test(arguments: ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{0}", "\u{9F}", "\u{FFFE}"])
    func theNameOfTheStackFileEndsNoComment(_ character: String) throws {
        let plan = try plan(Self.server, from: "/a\(character)[Service]")
        for path in ["units/mcp-server-a.service", "gateway/nginx.conf"] {
            #expect(try text(plan, path).hasPrefix("# Generation 1, made by mcp-stack from /a?[Service].\n"))
        }
    }
}

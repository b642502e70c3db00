// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import ArgumentParser
import Diagnostics
import HostFiles
import LocatedYAML
import Testing

@testable import StackCommands

@Suite("Parts of imports")
struct ImportValueTests {
    @Test(arguments: [
        "ghp_0123456789abcdefghij", "github_pat_11AAAAAAA0123456789", "sk-proj-0123456789ab", "xoxb-123-456-abcdef",
        "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.e30.abc", "0123456789abcdef0123456789abcdef",
        "q8Zr3LkV0pXw7TnB2yHs5MdC", "https://user:pass@example.com", "postgres://u:p@h/db", "https://e.com/?api_key=x",
        "Server=x;Password=y;", "Bearer abcdef123", "TOKEN=abc run", "-----BEGIN RSA PRIVATE KEY-----",
        "curl -H 'Authorization: Bearer abcdef'", #"{"region": "eu", "apiKey": "x"}"#,
        "https://ghp_0123456789abcdefghij@github.com/a/b",
    ])
    func secretsAreRecognised(_ text: String) {
        #expect(SecretSigns.isSecretText(text))
    }

    @Test(arguments: [
        "", "npx", "-y", "@modelcontextprotocol/server-github", "/home/me/Projects/some-very-long-directory-name/src2",
        "https://mcp.example.com/sse", "http://localhost:3001/mcp?x=1", "Europe/Berlin",
        "git@github.com:owner/repo.git",
        "6ff42ae2-765d-4adf-8112-31c55c1551ef", "ssh://git@example.com/repo", "mcp-server-sqlite",
        "--db-path=/srv/a.db",
        "task-management-server", "https://example.com/?key=${KEY}", "a quick brown fox jumps over it",
    ])
    func otherTextIsNot(_ text: String) {
        #expect(!SecretSigns.isSecretText(text))
    }

    @Test(arguments: [
        ("API_KEY", true), ("apiKey", true), ("GITHUB_TOKEN", true), ("X-Api-Key", true), ("DB_PASS", true),
        ("PGPASSWORD", true), ("Authorization", true), ("GITLAB_PAT", true), ("DATABASE_CONNECTION_STRING", true),
        ("PWD", false), ("KEYBOARD", false), ("LOG_LEVEL", false), ("PATH", false), ("AUTHOR", false),
    ])
    func namesTellSecrets(_ name: String, _ isSecret: Bool) {
        #expect(SecretSigns.isSecretName(name) == isSecret)
    }

    @Test func valuesWeighAgainstNames() {
        #expect(!SecretSigns.isSecret("4096", named: "MAX_TOKENS"))
        #expect(SecretSigns.isSecret("4096", named: "TOKEN"))
        #expect(!SecretSigns.isSecret("/run/secrets/x", named: "API_KEY_FILE"))
        #expect(!SecretSigns.isSecret("", named: "TOKEN"))
        #expect(SecretSigns.isSecret("/9j4AAQ", named: "PASSWORD"))
        #expect(!SecretSigns.isSecret("/etc/key.json", named: "GOOGLE_APPLICATION_CREDENTIALS"))
        for text in ["<your-token>", "YOUR_API_KEY", "xxxx", "changeme", "sk-xxxxxxxx"] {
            #expect(SecretSigns.isPlaceholder(text))
        }
        #expect(!SecretSigns.isPlaceholder("hunter2"))
    }

    @Test func templatesAreTakenApart() {
        #expect(ValueTemplate("a $B {c}").parts == [.literal("a $B {c}")])
        #expect(ValueTemplate("").literal == "")
        #expect(ValueTemplate("${A}").parts == [.variable("A", fallback: nil)])
        #expect(ValueTemplate("${env:A}").parts == [.variable("A", fallback: nil)])
        #expect(
            ValueTemplate("x${A:-b${C}}y").parts == [.literal("x"), .variable("A", fallback: "b${C}"), .literal("y")])
        #expect(ValueTemplate("${input:a-b}").parts == [.input("a-b")])
        #expect(ValueTemplate("${workspaceFolder}/x").parts == [.place("workspaceFolder"), .literal("/x")])
        #expect(ValueTemplate("${A").literal == "${A")
        #expect(ValueTemplate("${a b}").literal == "${a b}")
        #expect(ValueTemplate("${A:-x}").text == "${A:-x}")
    }

    @Test(
        arguments: [
            ("3001:3000", nil, 3001, 3000), ("127.0.0.1:3001:3000", "127.0.0.1", 3001, 3000), ("3000", nil, nil, 3000),
            ("[::1]:3001:3000/tcp", "::1", 3001, 3000), ("0.0.0.0:80:80", nil, 80, 80),
            ("127.0.0.1::80", "127.0.0.1", nil, 80),
            ("${P:-81}:80", nil, 81, 80),
        ] as [(String, String?, Int?, Int)])
    func portsAreRead(_ text: String, _ address: String?, _ published: Int?, _ target: Int) throws {
        let root = try #require(YAMLDocument(parsing: "\"\(text)\"").root)
        let port = try #require(ComposePort(root))
        #expect(port.address == address && port.published == published && port.target == target)
    }

    @Test(arguments: ["3000-3005:3000-3005", "53:53/udp", "${P}:80", "x", "0:80", "70000:80", ""])
    func otherPortsAreNot(_ text: String) throws {
        #expect(ComposePort(try #require(YAMLDocument(parsing: "\"\(text)\"").root)) == nil)
    }

    @Test func commentsOfJSONGoAndPlacesStay() throws {
        let text = "// a\n{\n\t\"u\": \"http://x/*y*/\", /* b\n c */ \"l\": [1, 2, ],\n}\n"
        #expect(JSONComments.isJSON(text))
        let blanked = JSONComments.blanked(text)
        #expect(blanked.unicodeScalars.count == text.unicodeScalars.count)
        let document = YAMLDocument(parsing: blanked)
        #expect(document.diagnostics.isEmpty)
        #expect(document.root?["u"]?.text == "http://x/*y*/")
        #expect(document.root?["l"]?.items?.count == 2)
        #expect(document.root?["l"]?.range.start.line == 4)
        #expect(!JSONComments.isJSON("a: {b: c}"))
        #expect(JSONComments.isJSON("\u{FEFF}{}"))
    }

    @Test func linesAreMaskedInPlace() {
        let line = #"  "env": { "TOKEN": "hunter2", "command": "npx" } // ghp_x"#
        let masked = MaskedLines.mask(line)
        #expect(masked == #"  "env": { "·····": "·······", "command": "npx" } ·· ·····"#)
        #expect(masked.unicodeScalars.count == line.unicodeScalars.count)
    }

    @Test func anOutputThatExistsStays() async throws {
        try await ScratchDirectory.use { (scratch) async throws in
            let input = "\(scratch)/in.json"
            try HostFiles().create(input, #"{"mcpServers": {"a": {"command": "sh", "env": {"T_TOKEN": "x1"}}}}"#.utf8)
            let command = try ImportCommand.parse([input, "-o", "\(scratch)/stack.yaml"])
            try await command.run()
            let written = try #require(try HostFiles().read("\(scratch)/stack.yaml"))
            #expect(String(decoding: written, as: UTF8.self).contains("T_TOKEN: { credential: t-token }"))
            let error = await #expect(throws: CommandFailure.self) { try await command.run() }
            #expect(error?.message.contains("exists already") == true)
            #expect(try HostFiles().read("\(scratch)/stack.yaml") == written)
        }
    }

    @Test func whatCannotBeReadIsSaid() async throws {
        let missing = try ImportCommand.parse(["/nonexistent/x.json"])
        let error = await #expect(throws: CommandFailure.self) { try await missing.run() }
        #expect(error?.status == .configuration)
        try await ScratchDirectory.use { (scratch) async throws in
            try HostFiles().create("\(scratch)/utf16.json", [0xFF, 0xFE, 0x7B, 0x00])
            let command = try ImportCommand.parse(["\(scratch)/utf16.json"])
            let error = await #expect(throws: CommandFailure.self) { try await command.run() }
            #expect(error?.message.contains("not UTF-8") == true)
        }
        #expect(throws: (any Error).self) { try ImportCommand.parse([]) }
        #expect(throws: (any Error).self) { try ImportCommand.parse(["x", "--domain", "https://x"]) }
    }

    private static var twoSecrets: ImportedStack {
        var stack = ImportedStack(format: "x")
        stack.secrets = [
            ImportedSecret(credential: "a", value: HiddenText("s3cr3t"), uses: ["A of 'x'"]),
            ImportedSecret(credential: "b", value: nil, uses: ["B of 'x'"]),
        ]
        return stack
    }

    @Test func theReportNamesWhatIsMissing() {
        let report = ImportReport(stack: Self.twoSecrets, text: "", output: "out.yaml")
        var kept = KeptSecrets()
        let plain = report.lines(kept).joined(separator: "\n")
        #expect(plain.contains("secret set a ") && plain.contains("secret set b ") && plain.contains("--set-secrets"))
        kept.new = ["a"]
        let after = report.lines(kept).joined(separator: "\n")
        #expect(after.contains("Secret 'a' is set.") && !after.contains("secret set a "))
        #expect(after.contains("secret set b ") && !after.contains("--set-secrets"))
        #expect(!plain.contains("s3cr3t") && !"\(Self.twoSecrets)".contains("s3cr3t"))
        var dumped = ""
        dump(Self.twoSecrets, to: &dumped)
        #expect(!dumped.contains("s3cr3t"))
    }

    @Test func secretsAreStoredOnce() async throws {
        try await ScratchDirectory.use { (scratch) async throws in
            let program = "\(scratch)/creds"
            try HostFiles().create(program, "#!/bin/sh\nprintf 'sealed '\ncat\n".utf8, mode: 0o755)
            let store = SecretStore(directory: "\(scratch)/store", program: program)
            let first = try await KeptSecrets(of: Self.twoSecrets, in: store)
            #expect(first.new == ["a"] && first.older.isEmpty)
            #expect(try store.names() == ["a"])
            var changed = Self.twoSecrets
            changed.secrets[0].value = HiddenText("other-value")
            let second = try await KeptSecrets(of: changed, in: store)
            #expect(second.new.isEmpty && second.older == ["a"])
            let stored = try #require(try HostFiles().read("\(scratch)/store/mcp-stack.a"))
            #expect(String(decoding: stored, as: UTF8.self) == "sealed s3cr3t")
            // It reads its input to the end: a writer without a reader would be killed.
            let refusing = "\(scratch)/refusing"
            try HostFiles().create(refusing, "#!/bin/sh\ncat > /dev/null\nexit 1\n".utf8, mode: 0o755)
            let broken = SecretStore(directory: "\(scratch)/empty", program: refusing)
            let given = changed
            let error = await #expect(throws: CommandFailure.self) { _ = try await KeptSecrets(of: given, in: broken) }
            #expect(error?.rendered.contains("other-value") == false)
        }
    }
}

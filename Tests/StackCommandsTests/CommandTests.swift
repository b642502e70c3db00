// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import ArgumentParser
import Diagnostics
import HostFiles
import StackModel
import StackPlan
import Supervision
import SystemdKit
import Testing

@testable import StackCommands

@Suite("Commands")
struct CommandTests {
    @Test func theFirstStackIsGoodAndRunsTheBuiltInServer() throws {
        let file = StackFile(parsing: FirstStack.text, name: "stack.yaml")
        #expect(file.diagnostics.isEmpty)
        let stack = try #require(file.stack)
        #expect(stack.tunnel == .local)
        #expect(stack.servers.map(\.program) == [.status])
        let fixture =
            #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
            + "/StackPlanTests/Fixtures/01-first-stack/stack.yaml"
        #expect(try HostFiles().read(fixture) == Array(FirstStack.text.utf8), "the golden tree is that of this file")
    }

    @Test func theExamplesAreGood() throws {
        let folder =
            #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/packaging/examples"
        let names = try HostFiles().names(in: folder)
        #expect(names.contains("policies.yaml"))
        for name in names {
            let text = String(decoding: try #require(try HostFiles().read("\(folder)/\(name)")), as: UTF8.self)
            let file = StackFile(parsing: text, name: name)
            #expect(file.diagnostics.map(\.message) == [], "\(name)")
        }
    }

    @Test func initNeverOverwrites() throws {
        try ScratchDirectory.use { scratch in
            let path = "\(scratch)/etc/stack.yaml"
            let command = try InitCommand.parse(["--config", path])
            try command.run()
            #expect(try HostFiles().read(path) == Array(FirstStack.text.utf8))
            let error = #expect(throws: CommandFailure.self) { try command.run() }
            #expect(error?.message.contains("exists already") == true)
        }
    }

    @Test func generateLaysFilesOutAsBelowTheRoot() throws {
        try ScratchDirectory.use { scratch in
            let config = "\(scratch)/stack.yaml"
            try HostFiles().create(config, FirstStack.text.utf8, mode: 0o640)
            let command = try GenerateCommand.parse(["--config", config, "--output", "\(scratch)/out"])
            try command.run()
            let store = GenerationStore(directory: "\(scratch)/out/etc/mcp-stack")
            #expect(try store.current() == 1)
            let entries = try store.entries(of: 1)
            #expect(entries["stack.yaml"] == .file(Array(FirstStack.text.utf8), mode: 0o640))
            #expect(
                entries["units/mcp-stack.target.wants/mcp-server-status.socket"] == .link("../mcp-server-status.socket")
            )
            #expect(throws: CommandFailure.self) { try command.run() }
        }
    }

    @Test func generateRefusesABadFileAndWritesNothing() throws {
        try ScratchDirectory.use { scratch in
            let config = "\(scratch)/stack.yaml"
            try HostFiles().create(config, "version: 1\nservers: {}\n".utf8)
            let command = try GenerateCommand.parse(["--config", config, "--output", "\(scratch)/out"])
            let error = #expect(throws: CommandFailure.self) { try command.run() }
            #expect(error?.status == .configuration)
            #expect(HostFiles().kind("\(scratch)/out") == nil)
        }
    }

    @Test func aMissingFileSaysWhatToDo() {
        let error = #expect(throws: CommandFailure.self) { _ = try LoadedStack(path: "/nonexistent/stack.yaml") }
        #expect(error?.status == .configuration)
        #expect(error?.hint?.contains("mcp-stack init") == true)
    }

    @Test(
        arguments: [
            ("nameserver 192.0.2.1\n# nameserver 192.0.2.2\nnameserver fe80::1%eth0\n", ["192.0.2.1", "fe80::1"]),
            ("search example.com\nnameserver not-an-address\nnameserver\n", []),
            ("nameserver\t127.0.0.53 trailing\noptions edns0\n", ["127.0.0.53"]),
        ])
    func resolversAreRead(_ text: String, _ resolvers: [String]) {
        #expect(HostFacts.resolvers(in: text) == resolvers)
    }

    @Test func onlyComplaintsAboutOurUnitsCount() {
        let text = """
            /tmp/x/units/mcp-server-a.service:7: Unknown key name 'Foo' in section 'Service', ignoring.
            other.service: Command /usr/bin/other is not executable: No such file or directory
            mcp-server-a.service: Command /usr/libexec/mcp-stack/mcp-stack-bridge is not executable: No such file or directory
            """
        #expect(
            Verification.complaints(in: text, about: ["mcp-server-a.service"]) == [
                "/tmp/x/units/mcp-server-a.service:7: Unknown key name 'Foo' in section 'Service', ignoring."
            ])
    }

    @Test func plansBlankTheValuesOfEnvironmentVariables() {
        func generation(_ text: String) -> InstalledGeneration {
            InstalledGeneration(number: 1, texts: ["units/a": text], links: [])
        }
        let diff = PlanDiff(
            from: generation("Environment=A=s3cret\nX=1\n"), to: generation("Environment=\"A=s3cret2\"\nX=2\n"))
        let text = PlanRendering(isColoured: false).render(diff)
        #expect(!text.contains("s3cret"))
        #expect(text.contains("- X=1") && text.contains("+ X=2"))
    }

    @Test func logsOfAServerAreItsUnitsAndWhatTheDaemonSaysOfIt() throws {
        let stack = WatchedStack(
            generation: 1,
            servers: [.init(name: "time", service: "mcp-server-time.service", socket: "mcp-server-time.socket")],
            connector: .init(kind: "gateway", unit: "mcp-gateway.service"))
        let one = try LogSelection(server: "time", of: stack)
        #expect(one.units == ["mcp-stack.service", "mcp-server-time.service", "mcp-server-time.socket"])
        func entry(_ unit: String, _ server: String?) -> JournalEntry {
            JournalEntry(
                realtime: 0, priority: nil, unit: unit, message: "m", fields: server.map { ["MCP_SERVER": $0] } ?? [:])
        }
        #expect(one.includes(entry("mcp-server-time.service", nil)))
        #expect(one.includes(entry("mcp-stack.service", "time")))
        #expect(!one.includes(entry("mcp-stack.service", "other")))
        #expect(!one.includes(entry("mcp-stack.service", nil)))
        #expect(try LogSelection(server: nil, of: stack).includes(entry("mcp-stack.service", nil)))
        let error = #expect(throws: CommandFailure.self) { _ = try LogSelection(server: "tme", of: stack) }
        #expect(error?.hint == "there are: time")
    }

    @Test func theVersionIsThatOfTheChangelog() throws {
        let changelog = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/debian/changelog"
        let text = String(decoding: try #require(try HostFiles().read(changelog)), as: UTF8.self)
        #expect(text.hasPrefix("mcp-stack (\(ProgramVersion.text))"))
    }

    @Test(
        arguments: [("x\n", "x"), ("x\r\n", "x"), ("x", "x"), ("\n", ""), ("x\n\n", "x\n"), (" x ", " x "), ("", "")])
    func aSecretLosesItsLastLineBreakAndNothingElse(_ input: String, _ secret: String) {
        #expect(SecretInput.withoutLineBreak(Array(input.utf8)) == Array(secret.utf8))
    }

    @Test func wrongUsageIsRefused() {
        #expect(throws: (any Error).self) { try SecretCommand.parseAsRoot(["set", "../x"]) }
        #expect(throws: (any Error).self) { try ExecCommand.parse(["--secret", "A", "--", "x"]) }
        #expect(throws: (any Error).self) { try ExecCommand.parse([]) }
        #expect(throws: (any Error).self) { try StackCommand.parseAsRoot(["check", "--bogus"]) }
        #expect(throws: (any Error).self) { try GenerateCommand.parse([]) }
        #expect(throws: (any Error).self) { try GenerateCommand.parse(["--output", "x", "--systemd-version", "249"]) }
    }
}

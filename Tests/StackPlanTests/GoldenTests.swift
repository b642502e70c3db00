// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import HostFiles
import LocatedYAML
import StackModel
import StackPlan
import StackTestSupport
import Testing
import UnitFile

@testable import StackCommands

@Suite("Golden trees")
struct GoldenTests {
    /// The facts of a fixture: `facts.yaml` with `systemd`, `commands`, `resolvers`, each optional.
    static func facts(of fixture: GoldenTree) throws -> Facts {
        var facts = Facts(
            systemd: SystemdRelease(252), generation: 7, connectorGeneration: 5, commands: [:],
            resolvers: ["192.0.2.53"])
        guard let text = try fixture.text("facts.yaml") else { return facts }
        let document = YAMLDocument(parsing: text)
        guard case .mapping(let pairs)? = document.root?.content else { return facts }
        for pair in pairs {
            switch (pair.key, pair.value.content) {
            case ("systemd", .scalar(let scalar)): facts.systemd = SystemdRelease(try #require(Int(scalar.text)))
            case ("resolvers", .sequence(let items)): facts.resolvers = items.map(Self.word)
            case ("commands", .mapping(let commands)):
                for command in commands { facts.commands[command.key] = Self.word(command.value) }
            default: Issue.record("unknown fact '\(pair.key)' in \(fixture)")
            }
        }
        return facts
    }

    private static func word(_ node: Node) -> String {
        if case .scalar(let scalar) = node.content { scalar.text } else { "" }
    }

    static func plan(of fixture: GoldenTree) throws -> Plan {
        let text = try #require(try fixture.text("stack.yaml"), "a fixture has a stack.yaml")
        let file = StackFile(parsing: text, name: "stack.yaml")
        let stack = try #require(file.stack, "\(file.diagnostics.map(\.message))")
        return try StackCompiler(stack: stack, facts: try facts(of: fixture)).plan()
    }

    @Test("compile to the expected files", arguments: GoldenTree.fixtures())
    func compiles(_ fixture: GoldenTree) throws {
        let plan = try Self.plan(of: fixture)
        let made = plan.entries.mapValues { entry in
            switch entry {
            case .text(let text): text
            case .link(let target): "-> \(target)"
            }
        }
        for difference in try fixture.differences(from: made) { Issue.record("\(difference)") }
    }

    @Test("compile to the same files twice", arguments: GoldenTree.fixtures())
    func isDeterministic(_ fixture: GoldenTree) throws {
        #expect(try Self.plan(of: fixture) == Self.plan(of: fixture))
    }

    @Test(
        "please systemd-analyze verify", .enabled(if: CommandSearch().find("systemd-analyze") != nil),
        arguments: GoldenTree.fixtures())
    func verifies(_ fixture: GoldenTree) async throws {
        var facts = try Self.facts(of: fixture)
        // An older systemd rightly complains about directives that only a newer one has.
        guard facts.systemd <= HostFacts().systemd() else { return }
        facts.commands = [:]
        let diagnostics = try await Verification(plan: try Self.plan(of: fixture), facts: facts).diagnostics()
        #expect(diagnostics.map(\.message) == [])
    }

    /// The same stack for different releases differs in the directives that only newer ones have, and in nothing else.
    @Test(arguments: [
        (252, 255, ["+RestartMaxDelaySec=60s", "+RestartMaxDelaySec=300s", "+RestartSteps=8"]),
        (
            255, 257,
            [
                "+PrivateTmp=disconnected", "+ProtectControlGroups=strict", "-PrivateTmp=yes",
                "-ProtectControlGroups=yes",
            ]
        ),
        (257, 259, []),
    ])
    func releasesDifferInWhatTheyHave(_ old: Int, _ new: Int, _ expected: [String]) throws {
        let fixtures = GoldenTree.fixtures()
        func plan(_ version: Int) throws -> Plan {
            let fixture = try #require(
                fixtures.first { $0.description.hasSuffix("-systemd-\(version)") && !$0.description.hasPrefix("09") })
            return try Self.plan(of: fixture)
        }
        let (before, after) = (try plan(old), try plan(new))
        #expect(before.paths == after.paths)
        var differences: Set<String> = []
        for path in before.paths {
            let lines = [before, after].map { Set(($0.text(path) ?? "").split(separator: "\n").map(String.init)) }
            differences.formUnion(lines[0].subtracting(lines[1]).map { "-" + $0 })
            differences.formUnion(lines[1].subtracting(lines[0]).map { "+" + $0 })
        }
        #expect(differences.sorted() == expected.sorted())
    }
}

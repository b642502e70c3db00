// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import StackModel
import StackPlan
import StackRecord
import Testing
import UnitFile

@Suite("From one generation to the next")
struct PlanDiffTests {
    private static let id = "6ff42ae2-765d-4adf-8112-31c55c1551ef"

    private func plan(_ text: String, number: Int, after previous: Plan? = nil) throws -> Plan {
        let file = StackFile(parsing: text, name: "stack.yaml")
        let stack = try #require(file.stack)
        let facts = Facts(
            systemd: .oldest, generation: number, connectorGeneration: number, commands: [:], resolvers: [])
        return try Plan.next(for: stack, facts: facts, after: previous.map(InstalledGeneration.init))
    }

    private func local(_ servers: String) -> String {
        "version: 1\ndomain: example.com\ntunnel: { mode: local }\nservers:\n\(servers)"
    }

    private func named(_ servers: String) -> String {
        "version: 1\ndomain: example.com\n"
            + "tunnel: { mode: named, id: \(Self.id), credentials: /etc/mcp-stack/t.json }\nservers:\n\(servers)"
    }

    private func actions(from old: Plan?, to new: Plan) -> [String] {
        PlanDiff(from: old.map(InstalledGeneration.init), to: InstalledGeneration(new)).actions
            .map { "\($0.verb.rawValue) \($0.unit)" }
    }

    @Test func theSameStackIsTheSameWhateverItsGeneration() throws {
        let text = local("  a: { command: [/bin/true], access: public }\n")
        let first = try plan(text, number: 1)
        let second = try plan(text, number: 2, after: first)
        #expect(PlanDiff(from: InstalledGeneration(first), to: InstalledGeneration(second)).isEmpty)
        #expect(first.gatewayFingerprint == second.gatewayFingerprint)
        #expect(first != second)
    }

    @Test func aChangedRouteReloadsTheGatewayAndTouchesNoServer() throws {
        let first = try plan(local("  a: { command: [/bin/true], port: 1, access: public }\n"), number: 1)
        let second = try plan(
            local("  a: { command: [/bin/true], port: 1, hostname: b.example.com, access: public }\n"), number: 2,
            after: first)
        #expect(actions(from: first, to: second) == ["reload mcp-gateway.service"])
        #expect(first.gatewayFingerprint != second.gatewayFingerprint)
    }

    @Test func anUnchangedConnectorKeepsItsName() throws {
        let first = try plan(named("  a: { command: [/bin/true], access: public }\n"), number: 4)
        #expect(first.state.connector?.unit == "mcp-connector@4.service")
        #expect(first.state.connector?.metrics == "127.0.0.1:20304")
        let second = try plan(
            named("  a: { command: [/bin/false], access: public }\n"), number: 5, after: first)
        #expect(second.state.connector?.unit == "mcp-connector@4.service")
        #expect(actions(from: first, to: second) == ["restart mcp-server-a.service"])
    }

    @Test func aChangedConnectorStartsBesideTheOldOne() throws {
        let first = try plan(named("  a: { command: [/bin/true], access: public }\n"), number: 4)
        let second = try plan(
            named("  a: { command: [/bin/true], hostname: b.example.com, access: public }\n"), number: 5, after: first)
        #expect(second.state.connector?.unit == "mcp-connector@5.service")
        #expect(second.text("units/mcp-connector@5.service")?.contains("/generations/5/connector/config.yml") == true)
        #expect(
            actions(from: first, to: second) == [
                "restart mcp-server-a.service", "start mcp-connector@5.service", "stop mcp-connector@4.service",
            ])
    }

    @Test func whatGoesIsStoppedWhileSystemdStillKnowsIt() throws {
        let first = try plan(
            local(
                "  a: { command: [/bin/true], access: public }\n  b: { url: 'http://localhost:1', access: public }\n"),
            number: 1)
        let second = try plan(local("  b: { url: 'http://localhost:1', access: public }\n"), number: 2, after: first)
        let diff = PlanDiff(from: InstalledGeneration(first), to: InstalledGeneration(second))
        #expect(diff.actionsBeforeReload.map(\.unit) == ["mcp-server-a.socket", "mcp-server-a.service"])
        #expect(diff.actionsAfterReload.map(\.unit) == ["mcp-gateway.service"])
    }

    @Test func aChangedSocketIsMadeAnewAndStartModeMovesTheWants() throws {
        let first = try plan(local("  a: { command: [/bin/true], access: public }\n"), number: 1)
        let always = try plan(
            local("  a: { command: [/bin/true], start: always, access: public }\n"), number: 2, after: first)
        #expect(actions(from: first, to: always) == ["restart mcp-server-a.service", "start mcp-server-a.service"])
    }

    @Test func aFirstApplyStartsEverything() throws {
        let first = try plan(
            local(
                "  a: { command: [/bin/true], access: public }\n  n: { command: [/bin/true], port: 2, access: public }\n"
            ), number: 1)
        #expect(
            actions(from: nil, to: first) == [
                "start mcp-server-a.socket", "start mcp-server-n.service", "start mcp-gateway.service",
            ])
    }

    /// Time is not looked at; that twice the servers are no more than twice the files is what can be counted.
    @Test func thousandsOfServersCompile() throws {
        let servers = (0..<2000).map { "  s\($0): { command: [/bin/true], access: public }\n" }.joined()
        let big = try plan(local(servers), number: 1)
        #expect(big.paths.count == 2000 * 3 + 4)
    }
}

@Suite("Unified differences")
struct UnifiedDiffTests {
    @Test func showsChangesWithTheirNeighbours() {
        let old = (1...12).map(String.init).joined(separator: "\n") + "\n"
        let new = old.replacing("6\n", with: "six\n") + "13\n"
        #expect(
            UnifiedDiff(from: old, to: new).lines == [
                .context("3"), .context("4"), .context("5"), .removed("6"), .added("six"), .context("7"), .context("8"),
                .context("9"), .context("10"), .context("11"), .context("12"), .added("13"),
            ])
        #expect(UnifiedDiff(from: old, to: old).lines.isEmpty)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import HostFiles
import StackModel
import StackPlan
import Synchronization
import SystemdKit
import Testing
import UnitFile

@testable import StackCommands

@Suite("Applying a generation")
struct ApplyTransactionTests {
    private static let first = """
        version: 1
        domain: example.com
        tunnel: { mode: local }
        servers:
          kept: { command: [/bin/true], access: public }
          goes: { command: [/bin/true], access: public }
          changes: { command: [/bin/true], port: 3001, access: public }
        """
    private static let second = """
        version: 1
        domain: example.com
        tunnel: { mode: local }
        servers:
          kept: { command: [/bin/true], access: public }
          changes: { command: [/bin/false], port: 3001, access: public }
          comes: { command: [/bin/true], start: always, access: public }
        """

    private struct Prepared {
        var number: Int
        var entries: [String: GenerationStore.Entry]
        var current: Int?
        var diff: PlanDiff
    }

    private static func prepare(_ text: String, _ store: GenerationStore) throws -> Prepared {
        let file = StackFile(parsing: text, name: "stack.yaml")
        let stack = try #require(file.stack)
        let current = try store.current()
        let number = (try store.numbers().last ?? 0) + 1
        let facts = Facts(
            systemd: .oldest, generation: number, connectorGeneration: number, commands: [:], resolvers: [])
        let previous = try current.map { try store.installed($0) }
        let plan = try Plan.next(for: stack, facts: facts, after: previous)
        return Prepared(
            number: number,
            entries: plan.entries.mapValues { entry in
                switch entry {
                case .text(let text): .file(Array(text.utf8), mode: 0o644)
                case .link(let target): .link(target)
                }
            }, current: current, diff: PlanDiff(from: previous, to: InstalledGeneration(plan)))
    }

    private static func apply(
        _ text: String, _ store: GenerationStore, _ units: FakeSystemd
    ) async throws -> [ApplyTransaction.Problem] {
        let quiet = ApplyProgress(console: Console { _, _ in })
        let transaction = ApplyTransaction(store: store, units: units, progress: quiet)
        let left = try await transaction.finishInterrupted()
        let prepared = try prepare(text, store)
        guard !prepared.diff.isEmpty else { return left }
        return left
            + (try await transaction.apply(prepared.number, prepared.entries, after: prepared.current, prepared.diff))
    }

    /// The running units without the header comments of their texts.
    private static func essence(_ units: [String: String]) -> [String: String] {
        units.mapValues { $0.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n") }
    }

    @Test func startsWhatIsNewRestartsWhatChangedAndStopsWhatIsGone() async throws {
        try await ScratchDirectory.use { (scratch) async throws in
            let store = GenerationStore(directory: scratch)
            let units = FakeSystemd(store: store)
            #expect(try await Self.apply(Self.first, store, units) == [])
            #expect(try Self.essence(units.running) == Self.essence(units.desired()))
            let before = units.calls.count
            #expect(try await Self.apply(Self.second, store, units) == [])
            #expect(
                Array(units.calls.dropFirst(before)) == [
                    "stop mcp-server-goes.socket", "stop mcp-server-goes.service", "daemon-reload",
                    "restart mcp-server-changes.service", "reload mcp-gateway.service",
                    "start mcp-server-comes.service",
                    "start mcp-server-comes.socket", "start mcp-stack.target",
                ])
            #expect(try Self.essence(units.running) == Self.essence(units.desired()))
            #expect(try store.current() == 2)
            #expect(try store.transition() == nil)
        }
    }

    @Test func theSameStackChangesNothing() async throws {
        try await ScratchDirectory.use { (scratch) async throws in
            let store = GenerationStore(directory: scratch)
            let units = FakeSystemd(store: store)
            _ = try await Self.apply(Self.first, store, units)
            let before = units.calls
            #expect(try await Self.apply(Self.first, store, units) == [])
            #expect(units.calls == before)
            #expect(try store.numbers() == [1])
        }
    }

    @Test func aStackThatWasStoppedStaysDown() async throws {
        try await ScratchDirectory.use { (scratch) async throws in
            let store = GenerationStore(directory: scratch)
            let units = FakeSystemd(store: store)
            _ = try await Self.apply(Self.first, store, units)
            _ = try await units.stop(Array(units.running.keys))
            #expect(try await Self.apply(Self.second, store, units) == [])
            #expect(units.running.isEmpty)
            #expect(try store.current() == 2)
        }
    }

    @Test func aStackThatWasStoppedStaysDownWhereverApplyIsKilled() async throws {
        var stop = 0
        var wasInterrupted = true
        while wasInterrupted {
            let limit = stop
            wasInterrupted = try await ScratchDirectory.use { (scratch) async throws in
                let store = GenerationStore(directory: scratch)
                let start = FakeSystemd(store: store)
                _ = try await Self.apply(Self.first, store, start)
                _ = try await start.stop(Array(start.running.keys))
                let steps = Steps(limit: limit)
                let shaky = start.interrupted { (_) throws(BusError) in
                    if steps.isOver() { throw BusError(code: .disconnected, message: "killed") }
                }
                var isKilled = false
                do {
                    _ = try await Self.apply(Self.second, store, shaky)
                } catch is ApplyError {
                    isKilled = true
                }
                let after = shaky.calm()
                #expect(try await Self.apply(Self.second, store, after) == [])
                #expect(after.running.isEmpty, "killed at step \(limit)")
                #expect(try store.transition() == nil)
                return isKilled
            }
            stop += 1
        }
        #expect(stop > 2)
    }

    @Test func whatDoesNotStartIsReportedAndTheRestComesUp() async throws {
        try await ScratchDirectory.use { (scratch) async throws in
            let store = GenerationStore(directory: scratch)
            let units = FakeSystemd(store: store, failing: ["mcp-server-changes.service"])
            let problems = try await Self.apply(Self.first, store, units)
            #expect(problems == [.init(unit: "mcp-server-changes.service", message: "start failed")])
            #expect(units.running["mcp-server-kept.socket"] != nil)
            #expect(try store.transition() == nil)
        }
    }

    /// Killed before any file operation or call to systemd, the next run ends where an undisturbed one does, and
    /// between the two the files in force are those of one whole generation.
    @Test func aKillAnywhereIsFinishedByTheNextRun() async throws {
        try await ScratchDirectory.use { (calmScratch) async throws in
            let calmStore = GenerationStore(directory: calmScratch)
            let calm = FakeSystemd(store: calmStore)
            _ = try await Self.apply(Self.first, calmStore, calm)
            _ = try await Self.apply(Self.second, calmStore, calm)
            let wanted = Self.essence(calm.running)

            var stop = 0
            var wasInterrupted = true
            while wasInterrupted {
                try await ScratchDirectory.use { (scratch) async throws in
                    let path = scratch
                    let store = GenerationStore(directory: path)
                    let start = FakeSystemd(store: store)
                    _ = try await Self.apply(Self.first, store, start)

                    let steps = Steps(limit: stop)
                    let shakyStore = GenerationStore(
                        directory: path,
                        files: HostFiles { (operation) throws(HostFileError) in
                            if steps.isOver() { throw HostFileError(.interrupted, operation, errorNumber: 0) }
                        })
                    let shaky = start.interrupted { (_) throws(BusError) in
                        if steps.isOver() { throw BusError(code: .disconnected, message: "killed") }
                    }
                    do {
                        _ = try await Self.apply(Self.second, shakyStore, shaky)
                        wasInterrupted = false
                    } catch is ApplyError {
                        let current = try #require(try store.current())
                        #expect(current == 1 || current == 2)
                        #expect(try store.entries(of: current)["state.json"] != nil)
                    }
                    let after = shaky.calm()
                    #expect(try await Self.apply(Self.second, store, after) == [])
                    #expect(Self.essence(after.running) == wanted, "stopped at step \(stop)")
                    #expect(try store.transition() == nil)
                }
                stop += 1
            }
            #expect(stop > 20)
        }
    }
}

/// Counts steps up to a limit, from any thread.
private final class Steps: Sendable {
    private let taken = Mutex(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func isOver() -> Bool {
        taken.withLock { count in
            count += 1
            return count > limit
        }
    }
}

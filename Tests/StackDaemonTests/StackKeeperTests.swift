// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Supervision
import Synchronization
import SystemdKit
import Testing

@testable import StackDaemon
@testable import StackObservation

private let stack = WatchedStack(
    generation: 7,
    servers: [
        .init(
            name: "github", service: "mcp-server-github.service", socket: "mcp-server-github.socket",
            isOnDemand: true),
        .init(name: "db", service: "mcp-server-db.service"),
    ],
    connector: .init(kind: "gateway", unit: "mcp-gateway.service"))

/// A clock that moves when it is told to.
final class ManualClock: Sendable {
    private let time = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

@Suite struct StackKeeperTests {
    private let recorder = Recorder()
    private let clock = ManualClock()

    private func keeper() -> StackKeeper {
        let clock = clock
        return StackKeeper(notifier: recorder, log: recorder.log) { clock.now }
    }

    private func see(
        _ keeper: StackKeeper, _ unit: String, _ activity: UnitObservation.Activity, cause: String = ""
    ) async -> [String] {
        await keeper.observe(UnitObservation(unit: unit, activity: activity, cause: cause))
    }

    @Test func readyComesWithTheLastPartAndSaysWhatIsWatched() async {
        let keeper = keeper()
        await keeper.adopt(.success(stack))
        _ = await see(keeper, "mcp-server-github.socket", .active)
        _ = await see(keeper, "mcp-server-github.service", .inactive)
        _ = await see(keeper, "mcp-server-db.service", .active)
        _ = await see(keeper, "mcp-gateway.service", .active)
        await keeper.finish(.units)
        await keeper.finish(.journal)
        #expect(recorder.told == [])
        await keeper.finish(.status)
        #expect(recorder.told == ["READY 2 servers: 1 idle, 1 healthy; gateway up"])
        #expect(recorder.records.map(\.id) == [MessageID.ready])
        #expect(
            recorder.records.first?.message
                == "watching 2 servers: 1 idle, 1 healthy; gateway up (generation 7)")
        await keeper.readinessExpired()
        #expect(recorder.records.count == 1)
    }

    @Test func atTheDeadlineReadySaysWhatIsMissingAndLaterThatItCame() async {
        let keeper = keeper()
        await keeper.finish(.status)
        await keeper.readinessExpired()
        await keeper.finish(.units)
        await keeper.finish(.journal)
        let nothing = "nothing applied yet (run: mcp-stack apply)"
        #expect(
            recorder.told == [
                "READY \(nothing); without systemd's units and the journal", "STATUS \(nothing); without the journal",
                "STATUS \(nothing)",
            ])
        #expect(recorder.records.first?.priority == .warning)
    }

    @Test func aStartAfterAKillTellsTheStory() async {
        let keeper = keeper()
        await keeper.know(.init(systemd: nil, restarts: 2, previousEnd: "the previous run hung"))
        for part in StackKeeper.Part.allCases { await keeper.finish(part) }
        let record = recorder.records.first
        #expect(record?.message.contains("started again by systemd (restart 2): the previous run hung") == true)
        #expect(record?.priority == .warning)
    }

    @Test func aFailedServerIsRestartedOnceAndTheJournalReadsLikeAReport() async throws {
        let keeper = keeper()
        await keeper.adopt(.success(stack))
        let unit = "mcp-server-db.service"
        #expect(await see(keeper, unit, .failed, cause: "exit status 3") == [unit])
        await keeper.restartEnded(unit: unit, refusal: nil)
        #expect(await see(keeper, unit, .active) == [])
        clock.advance(by: .seconds(6))
        #expect(await keeper.tick() == [])
        #expect(await see(keeper, unit, .failed, cause: "killed by SIGSEGV") == [])
        let records = recorder.records
        #expect(records.map(\.id) == [MessageID.serverRestarted, MessageID.serverRecovered, MessageID.serverGivenUp])
        #expect(records[0].message == "server db failed (exit status 3); restarting it once")
        #expect(records[1].message == "server db is well again")
        #expect(records[2].message.hasPrefix("server db failed again (killed by SIGSEGV); not restarting it any more."))
        #expect(records.map(\.priority) == [.warning, .notice, .error])
        #expect(records.allSatisfy { $0.fields.contains(.init("MCP_SERVER", "db")) })
        #expect(records[2].fields.contains(.init("MCP_CAUSE", "killed by SIGSEGV")))
        let remedy = try #require(records[2].fields.first { $0.name == "MCP_REMEDY" })
        #expect(remedy.value.contains("mcp-stack logs db"))
    }

    @Test func theConnectorIsNoServer() async {
        let keeper = keeper()
        await keeper.adopt(.success(stack))
        _ = await see(keeper, "mcp-gateway.service", .waitingToRestart, cause: "exit status 1")
        #expect(recorder.records.map(\.id) == [MessageID.connectorFailed])
        #expect(recorder.records[0].message == "the gateway failed (exit status 1); systemd starts it again")
        #expect(!recorder.records[0].fields.contains { $0.name == "MCP_SERVER" })
    }

    @Test func aRefusedRestartIsTold() async {
        let keeper = keeper()
        await keeper.adopt(.success(stack))
        _ = await see(keeper, "mcp-server-db.service", .failed)
        await keeper.restartEnded(unit: "mcp-server-db.service", refusal: "polkit does not allow it")
        #expect(recorder.records.last?.id == MessageID.restartRefused)
        #expect(recorder.records.last?.message.contains("polkit does not allow it") == true)
    }

    @Test func anUnusableStateKeepsTheOldOne() async {
        let keeper = keeper()
        await keeper.adopt(.success(stack))
        for part in StackKeeper.Part.allCases { await keeper.finish(part) }
        await keeper.adopt(.failure(StateFileError(code: .malformed, path: "/s", detail: "it is not valid JSON")))
        #expect(await keeper.stack == stack)
        #expect(recorder.records.last?.id == MessageID.stateUnusable)
        #expect(recorder.told.last?.contains("state.json is unusable") == true)
        await keeper.adopt(.success(stack))
        #expect(recorder.told.last?.contains("unusable") == false)
        #expect(recorder.records.last?.id == MessageID.stateUnusable)
        await keeper.adopt(.success(WatchedStack(generation: 8)))
        #expect(recorder.records.last?.message == "now watching 0 servers of generation 8")
    }

    @Test func interruptionsAreToldOnce() async {
        let keeper = keeper()
        for part in StackKeeper.Part.allCases { await keeper.finish(part) }
        await keeper.interrupt(.units, because: "the connection ended")
        await keeper.interrupt(.units, because: "the connection ended")
        #expect(recorder.records.filter { $0.id == MessageID.watchInterrupted }.count == 1)
        #expect(recorder.told.last?.hasSuffix("; without systemd's units") == true)
        await keeper.finish(.units)
        await keeper.interrupt(.units, because: "again")
        #expect(recorder.records.filter { $0.id == MessageID.watchInterrupted }.count == 2)
    }

    @Test func problemsCannotFakeLines() async {
        let keeper = keeper()
        await keeper.adopt(.success(stack))
        await keeper.record(
            JournalEntry(
                realtime: 9, priority: .error, unit: "mcp-server-db.service", message: "a\n\u{1b}[31mb\u{202e}c"))
        let problem = await keeper.report.problems.first
        #expect(problem?.message == "a  [31mb c")
        #expect(problem?.server == "db")
    }

    @Test func stoppingIsSaid() async {
        let keeper = keeper()
        await keeper.stop()
        #expect(recorder.told == ["STOPPING"])
        #expect(recorder.records.map(\.id) == [MessageID.stopping])
    }
}

@Suite struct ProgressMonitorTests {
    @Test func aStuckLoopStopsThePings() {
        let clock = ManualClock()
        let recorder = Recorder()
        let monitor = ProgressMonitor(spacing: .seconds(2), now: { clock.now }, ping: { recorder.watchdog() })
        for _ in 0..<3 {
            for loop in DaemonLoop.allCases { monitor.progress(of: loop) }
            clock.advance(by: .seconds(2))
        }
        #expect(recorder.told.count == 3)
        for _ in 0..<10 {
            for loop in DaemonLoop.allCases where loop != .journal { monitor.progress(of: loop) }
            clock.advance(by: .seconds(2))
        }
        #expect(recorder.told.count == 3)
        monitor.progress(of: .journal)
        #expect(recorder.told.count == 4)
    }

    @Test(arguments: [(nil, 2000), (20_000, 2000), (4000, 1000), (40, 50)] as [(Int?, Int)])
    func loopsWakeOftenEnoughForTheWatchdog(interval: Int?, heartbeat: Int) {
        let interval = interval.map { Duration.milliseconds($0) }
        #expect(Daemon.heartbeat(forWatchdog: interval) == .milliseconds(heartbeat))
    }
}

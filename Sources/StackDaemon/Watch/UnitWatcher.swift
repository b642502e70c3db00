// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import ServiceLifecycle
import StackObservation
import Supervision
import Synchronization
import SystemdKit

/// Watches the stack's units over D-Bus, and restarts those that the keeper decides to restart.
///
/// One loop does all the looking, so that no observation overtakes another.
final class UnitWatcher: Service {
    /// How often everything is looked at again, whatever signals say.
    private static let fullObservation: Duration = .seconds(60)
    /// Longer than a unit may take to start (`TimeoutStartSec=` of the generated units).
    private static let restartTimeout: Duration = .seconds(210)

    private enum Note: Sendable {
        case reread
        case restartEnded(unit: String, refusal: String?)
    }

    private struct Shared {
        var bus: SystemBus?
        var notes: [Note] = []
    }

    private let shared = Mutex(Shared())
    private let keeper: StackKeeper
    private let stateFile: InstalledStateFile
    private let journal: JournalWatcher
    private let progress: ProgressMonitor
    private let heartbeat: Duration

    init(
        keeper: StackKeeper, stateFile: InstalledStateFile, journal: JournalWatcher, progress: ProgressMonitor,
        heartbeat: Duration
    ) {
        self.keeper = keeper
        self.stateFile = stateFile
        self.journal = journal
        self.progress = progress
        self.heartbeat = heartbeat
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do throws(BusError) {
                    let bus = try await SystemBus.connect(
                        description: "mcp-stackd", heartbeat: self.heartbeat, callTimeout: .seconds(5))
                    await self.follow(bus)
                    bus.close()
                    if Task.isCancelled { return }
                    await self.keeper.interrupt(.units, because: "the connection to systemd ended")
                } catch {
                    await self.keeper.interrupt(.units, because: error.description)
                }
                self.progress.progress(of: .units)
                try? await Task.sleep(for: self.heartbeat)
            }
        }
    }

    /// Reads the state file again, soon.
    func reread() {
        post(.reread)
    }

    private func post(_ note: Note) {
        let bus = shared.withLock { shared in
            shared.notes.append(note)
            return shared.bus
        }
        bus?.wakeConsumer()
    }

    private func follow(_ bus: SystemBus) async {
        shared.withLock { $0.bus = bus }
        await learnStory(from: bus)
        await withDiscardingTaskGroup { group in
            var lastFull: ContinuousClock.Instant?
            bus.watch(Set(await keeper.stack.units))
            for await signal in bus.signals {
                progress.progress(of: .units)
                var looksAtAll = await takeNotes(from: bus)
                switch signal {
                case .reloading(false):
                    await readState(bus)
                    looksAtAll = true
                case .overflowed: looksAtAll = true
                case .unitChanged(let unit), .unitNew(let unit):
                    await look(at: unit, on: bus, &group)
                case .heartbeat:
                    restart(await keeper.tick(), on: bus, &group)
                    looksAtAll = looksAtAll || lastFull.map { .now - $0 >= Self.fullObservation } ?? true
                // What follows a job or an unloading is a change of properties or the end of a reload.
                case .jobRemoved, .unitRemoved, .reloading(true): break
                }
                if looksAtAll {
                    lastFull = await lookAtAll(on: bus, &group) ? .now : nil
                }
            }
            group.cancelAll()
        }
        shared.withLock { $0.bus = nil }
    }

    private func takeNotes(from bus: SystemBus) async -> Bool {
        let notes = shared.withLock { shared in
            defer { shared.notes = [] }
            return shared.notes
        }
        for note in notes {
            switch note {
            case .reread: await readState(bus)
            case .restartEnded(let unit, let refusal): await keeper.restartEnded(unit: unit, refusal: refusal)
            }
        }
        return !notes.isEmpty
    }

    private func readState(_ bus: SystemBus) async {
        await keeper.adopt(Result { () throws(StateFileError) in try stateFile.read() })
        let stack = await keeper.stack
        bus.watch(Set(stack.units))
        journal.watch(stack)
    }

    /// Looks at every unit; false when systemd did not answer, and it must be tried again.
    private func lookAtAll(on bus: SystemBus, _ group: inout DiscardingTaskGroup) async -> Bool {
        let units = await keeper.stack.units
        do throws(BusError) {
            let listed = try await bus.units(matching: units)
            let summaries = Dictionary(listed.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            for unit in units {
                if let summary = summaries[unit], summary.tellsAll {
                    restart(await keeper.observe(UnitObservation(summary)), on: bus, &group)
                } else {
                    let properties = try await bus.properties(of: unit)
                    restart(await keeper.observe(UnitObservation(properties)), on: bus, &group)
                }
                progress.progress(of: .units)
            }
            await keeper.finish(.units)
            return true
        } catch {
            if error.code != .disconnected {
                await keeper.interrupt(.units, because: error.description)
            }
            return false
        }
    }

    private func look(at unit: String, on bus: SystemBus, _ group: inout DiscardingTaskGroup) async {
        do throws(BusError) {
            let properties = try await bus.properties(of: unit)
            restart(await keeper.observe(UnitObservation(properties)), on: bus, &group)
        } catch {
            // The loop's next full look says more, and tells when that fails too.
            bus.wakeConsumer()
        }
    }

    private func restart(_ units: [String], on bus: SystemBus, _ group: inout DiscardingTaskGroup) {
        for unit in units {
            group.addTask {
                var refusal: String?
                do throws(BusError) {
                    let outcomes = try await bus.restart([unit], timeout: Self.restartTimeout)
                    if case .refused(let error)? = outcomes.first?.result { refusal = error.description }
                } catch {
                    // The connection ended; the look at everything that follows the next one tells what came of it.
                }
                self.post(.restartEnded(unit: unit, refusal: refusal))
            }
        }
    }

    /// Learns from systemd whether this run of the daemon follows one that ended badly.
    private func learnStory(from bus: SystemBus) async {
        let unit = DaemonUnit.name
        var story = StackKeeper.RunStory(systemd: try? await bus.managerVersion())
        if let own = try? await bus.properties(of: unit), own.mainPID == getpid(), own.restarts > 0 {
            story.restarts = own.restarts
            let entries = try? await Journal.entries(matching: PreviousRun.filter(unit: unit), last: 20)
            story.previousEnd = PreviousRun.ending(in: entries ?? [], unit: unit)
        }
        await keeper.know(story)
    }
}

extension UnitSummary {
    /// Whether nothing of interest is in the properties that the list does not show.
    fileprivate var tellsAll: Bool {
        guard loadState == "loaded" else { return false }
        return switch activeState {
        case .inactive: true
        case .active: name.hasSuffix(".socket")
        default: false
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import ServiceLifecycle
import Supervision
import Synchronization
import SystemdKit

/// The daemon's own unit.
enum DaemonUnit {
    static let name = "mcp-stack.service"
}

/// Follows the journal of the stack's units and passes what went wrong on to the keeper.
final class JournalWatcher: Service {
    private let follower = Mutex<JournalFollower?>(nil)
    private let keeper: StackKeeper
    private let progress: ProgressMonitor
    private let heartbeat: Duration

    init(keeper: StackKeeper, progress: ProgressMonitor, heartbeat: Duration) {
        self.keeper = keeper
        self.progress = progress
        self.heartbeat = heartbeat
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Problems of before the daemon's start are of interest too, above all those of its own last run.
            var start = JournalStart.last(StackState.mostProblems)
            while !Task.isCancelled {
                do throws(JournalError) {
                    let follower = try await JournalFollower.follow(
                        Self.filter(for: await self.keeper.stack), from: start, heartbeat: self.heartbeat)
                    if follower.isReadable {
                        start = await self.take(from: follower, start)
                        if Task.isCancelled { return }
                        await self.keeper.interrupt(.journal, because: "it cannot be read any more")
                    } else {
                        await self.keeper.interrupt(
                            .journal, because: "there is no journal file that this user may read")
                    }
                    follower.close()
                } catch {
                    await self.keeper.interrupt(.journal, because: error.message)
                }
                self.progress.progress(of: .journal)
                try? await Task.sleep(for: self.heartbeat)
            }
        }
    }

    /// Follows the units of this stack from now on.
    func watch(_ stack: WatchedStack) {
        follower.withLock { $0?.change(to: Self.filter(for: stack)) }
    }

    /// What is kept as a problem: warnings and worse about the stack's units, and what the daemon itself told.
    static func filter(for stack: WatchedStack) -> JournalFilter {
        JournalFilter(
            units: stack.units + [DaemonUnit.name], leastPriority: .warning, messageIDs: MessageID.problems,
            fields: [JournalFieldName.server.text, JournalFieldName.subjectUnit.text])
    }

    private func take(from follower: JournalFollower, _ start: JournalStart) async -> JournalStart {
        var next = start
        self.follower.withLock { $0 = follower }
        // The stack may have changed while the journal was being opened.
        watch(await keeper.stack)
        await keeper.finish(.journal)
        for await event in follower.events {
            if case .entry(let entry) = event {
                await keeper.record(entry)
                if !entry.cursor.isEmpty { next = .after(cursor: entry.cursor) }
            }
            progress.progress(of: .journal)
        }
        self.follower.withLock { $0 = nil }
        return next
    }
}

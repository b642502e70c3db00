// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The follower's half that lives on its thread.
final class JournalFollowing: LoopSource {
    private static let batch = 128
    /// How soon to look again while the consumer is behind, in microseconds.
    private static let pause: UInt64 = 50_000

    private let journal: JournalHandle
    private let continuation: AsyncStream<JournalFollower.Event>.Continuation
    private let interval: UInt64
    private var lastBeat: UInt64 = 0
    private var start = JournalStart.last(0)
    /// An entry that the consumer had no room for.
    private var held: JournalEntry?
    private var hasMore = false

    init(
        _ journal: JournalHandle, _ continuation: AsyncStream<JournalFollower.Event>.Continuation,
        heartbeat: Duration
    ) {
        self.journal = journal
        self.continuation = continuation
        interval = heartbeat.microseconds / 10 * 9
    }

    var wait: LoopWait {
        var wait = journal.wait
        let now = MonotonicClock.microseconds
        if held != nil {
            wait.deadline = min(wait.deadline, now + Self.pause)
        } else if hasMore {
            wait.deadline = now
        }
        return wait
    }

    func follow(_ filter: JournalFilter, from start: JournalStart) throws(JournalError) {
        // Asked for first, so that the library watches the files before it reads them: nothing falls in between.
        _ = journal.wait
        self.start = start
        try journal.apply(filter)
        try journal.seek(to: start)
    }

    func change(to filter: JournalFilter) {
        // It was not delivered, so it is found again if the new filter wants it.
        held = nil
        do throws(JournalError) {
            try journal.apply(filter)
            try journal.seek(to: start)
        } catch {
            continuation.finish()
        }
    }

    func turn() -> Bool {
        guard journal.process() else { return false }
        do throws(JournalError) {
            hasMore = false
            for _ in 0..<Self.batch {
                guard let entry = try nextEntry() else { return true }
                if case .dropped = continuation.yield(.entry(entry)) {
                    held = entry
                    return true
                }
                if !entry.cursor.isEmpty { start = .after(cursor: entry.cursor) }
            }
            hasMore = true
            return true
        } catch {
            return false
        }
    }

    private func nextEntry() throws(JournalError) -> JournalEntry? {
        guard let entry = held else { return try journal.next() }
        held = nil
        return entry
    }

    func beat() {
        let now = MonotonicClock.microseconds
        guard now >= lastBeat + interval else { return }
        lastBeat = now
        continuation.yield(.heartbeat)
    }

    func end() {
        continuation.finish()
    }
}

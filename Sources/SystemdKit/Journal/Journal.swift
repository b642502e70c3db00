// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Questions to the journal that have one answer.
public enum Journal {
    /// The most entries that one question may have as its answer.
    public static let mostEntries = 10_000

    /// The last matching entries, oldest first.
    ///
    /// - Parameters:
    ///   - filter: which entries are of interest.
    ///   - count: how many at most; `mostEntries` bounds it.
    ///   - since: only entries at or after this moment, in microseconds since the epoch.
    ///   - directory: journal files to read in place of the machine's own.
    /// - Returns: the entries.
    /// - Throws: `JournalError` when the journal cannot be opened or read.
    public static func entries(
        matching filter: JournalFilter, last count: Int, since: UInt64 = 0, directory: String? = nil
    ) async throws(JournalError) -> [JournalEntry] {
        let loop = LoopThread<IdleSource>(heartbeat: .seconds(1))
        typealias Answer = Result<[JournalEntry], JournalError>
        let answer = await withCheckedContinuation { (done: CheckedContinuation<Answer, Never>) in
            let started = loop.start {
                done.resume(
                    returning: Answer { () throws(JournalError) in
                        try read(filter, last: min(count, mostEntries), since: since, directory: directory)
                    })
                return nil
            }
            if !started { done.resume(returning: .failure(.noThread)) }
        }
        return try answer.get()
    }

    private static func read(
        _ filter: JournalFilter, last count: Int, since: UInt64, directory: String?
    ) throws(JournalError) -> [JournalEntry] {
        guard count > 0 else { return [] }
        let journal = try JournalHandle(directory: directory)
        try journal.apply(filter)
        try journal.seek(to: .last(count))
        var entries: [JournalEntry] = []
        while entries.count < count, let entry = try journal.next() {
            if entry.realtime >= since { entries.append(entry) }
        }
        return entries
    }
}

/// The source of a thread that only answers one question and never comes to its loop.
private final class IdleSource: LoopSource {
    var wait: LoopWait { LoopWait(descriptor: -1, events: 0, deadline: .max) }
    func turn() -> Bool { false }
    func beat() {}
    func end() {}
}

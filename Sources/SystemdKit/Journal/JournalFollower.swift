// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Follows the journal from one thread of its own, for one consumer.
public final class JournalFollower: Sendable {
    private let loop: LoopThread<JournalFollowing>

    /// What the journal brings; ends when the follower is closed or the journal cannot be read any more.
    ///
    /// A slow consumer delays entries and never loses any.
    public let events: AsyncStream<Event>

    /// Whether there was a journal file that this process may read when following began.
    public let isReadable: Bool

    /// Something that the journal brought.
    public enum Event: Sendable, Equatable {
        /// A matching entry.
        case entry(JournalEntry)
        /// The follower's thread is alive; comes at least once in every heartbeat unless entries wait in line.
        case heartbeat
    }

    private init(loop: LoopThread<JournalFollowing>, events: AsyncStream<Event>, isReadable: Bool) {
        self.loop = loop
        self.events = events
        self.isReadable = isReadable
    }

    deinit {
        loop.stop()
    }

    /// Begins to follow.
    ///
    /// - Parameters:
    ///   - filter: which entries are of interest.
    ///   - start: where to begin.
    ///   - heartbeat: how often `events` says at least that the thread is alive.
    ///   - directory: journal files to follow in place of the machine's own.
    /// - Returns: the follower.
    /// - Throws: `JournalError` when the journal cannot be opened or searched.
    public static func follow(
        _ filter: JournalFilter, from start: JournalStart, heartbeat: Duration = .seconds(5),
        directory: String? = nil
    ) async throws(JournalError) -> JournalFollower {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingOldest(256))
        let loop = LoopThread<JournalFollowing>(heartbeat: heartbeat)
        let opened = await withCheckedContinuation { (done: CheckedContinuation<Result<Bool, JournalError>, Never>) in
            let started = loop.start {
                do throws(JournalError) {
                    let handle = try JournalHandle(directory: directory)
                    let source = JournalFollowing(handle, continuation, heartbeat: heartbeat)
                    try source.follow(filter, from: start)
                    done.resume(returning: .success(handle.isReadable))
                    return source
                } catch {
                    continuation.finish()
                    done.resume(returning: .failure(error))
                    return nil
                }
            }
            if !started { done.resume(returning: .failure(.noThread)) }
        }
        return JournalFollower(loop: loop, events: events, isReadable: try opened.get())
    }

    /// Follows other entries from now on; those of newly named units begin after the last entry that was delivered.
    public func change(to filter: JournalFilter) {
        _ = loop.perform { $0.change(to: filter) }
    }

    /// Ends following; `events` ends.
    public func close() {
        loop.stop()
    }
}

extension JournalError {
    static let noThread = JournalError(code: .unavailable, message: "cannot start a thread to read the journal")
}

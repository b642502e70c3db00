// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Hands signals to the one consumer of a connection, in a bounded queue that never loses silently.
final class SignalEmitter {
    private let continuation: AsyncStream<BusSignal>.Continuation
    private let interval: UInt64
    private var lost = false
    private var lastBeat: UInt64 = 0

    /// Creates an emitter whose heartbeats are at least nine tenths of the interval apart.
    init(_ continuation: AsyncStream<BusSignal>.Continuation, heartbeat: Duration) {
        self.continuation = continuation
        interval = heartbeat.microseconds / 10 * 9
    }

    /// Queues a signal, or remembers that one was lost and returns false.
    @discardableResult
    func emit(_ signal: BusSignal) -> Bool {
        if lost, case .enqueued = continuation.yield(.overflowed) { lost = false }
        guard case .dropped = continuation.yield(signal) else { return true }
        lost = true
        return false
    }

    /// Says that the thread is alive, when it is time to.
    func beat() {
        let now = MonotonicClock.microseconds
        guard now >= lastBeat + interval else { return }
        lastBeat = now
        if lost, case .enqueued = continuation.yield(.overflowed) { lost = false }
        continuation.yield(.heartbeat)
    }

    /// Says that no signal will come any more.
    func finish() {
        continuation.finish()
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// A library object that one thread owns and drives: an sd-bus connection, a journal reader.
///
/// Nothing of it is ever touched by another thread (sd_bus_process(3), sd_journal_open(3)).
protocol LoopSource: AnyObject {
    /// What the thread waits for before the next turn.
    var wait: LoopWait { get }

    /// Handles what is pending; false when the source is at its end.
    func turn() -> Bool

    /// Called on every wake-up of the thread, at the latest after the loop's heartbeat.
    func beat()

    /// Releases everything, once, on the owning thread.
    func end()
}

/// What a source waits for: poll(2) events on a descriptor, and a moment by which it wants a turn regardless.
struct LoopWait {
    var descriptor: Int32
    var events: Int16
    /// CLOCK_MONOTONIC in microseconds; `UInt64.max` for none.
    var deadline: UInt64
}

/// The clock that libsystemd's time-outs are expressed in.
enum MonotonicClock {
    /// CLOCK_MONOTONIC in microseconds.
    static var microseconds: UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1_000
    }
}

extension Duration {
    /// The whole microseconds of a duration; nothing below zero.
    var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds).multipliedReportingOverflow(by: 1_000_000).partialValue
            &+ UInt64(attoseconds) / 1_000_000_000_000
    }
}

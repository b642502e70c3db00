// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The jobs that ended, and those that somebody waits for.
///
/// A job may end before its caller has learned its path, so ends are remembered for a while. Bounded.
struct JobLedger {
    typealias Resume = @Sendable (JobResult) -> Void

    private struct Waiter {
        var deadline: UInt64
        var resume: Resume
    }

    private struct LastDone {
        var unit: String
        var time: UInt64
    }

    private static let memory = 4096
    private var ended: [String: JobResult] = [:]
    private var endedOrder: [String] = []
    private var waiters: [String: Waiter] = [:]
    private var doneTimes: [String: UInt64] = [:]
    private var doneOrder: [LastDone] = []

    /// The earliest moment at which a waiter's time is up; `UInt64.max` when nobody waits.
    var nextDeadline: UInt64 {
        waiters.values.map(\.deadline).min() ?? .max
    }

    /// Takes note of a `JobRemoved` signal that arrived at a moment of CLOCK_MONOTONIC.
    mutating func removed(path: String, outcome: JobOutcome, at time: UInt64) {
        if outcome.result == .done { noteDone(outcome.unit, at: time) }
        if let waiter = waiters.removeValue(forKey: path) {
            waiter.resume(outcome.result)
            return
        }
        ended[path] = outcome.result
        endedOrder.append(path)
        if endedOrder.count > Self.memory * 2 {
            for path in endedOrder.prefix(Self.memory) { ended[path] = nil }
            endedOrder.removeFirst(Self.memory)
        }
    }

    /// Calls `resume` once the job has ended, at once when it already has.
    mutating func wait(forJob path: String, until deadline: UInt64, resume: @escaping Resume) {
        if let result = ended.removeValue(forKey: path) {
            resume(result)
        } else {
            waiters[path] = Waiter(deadline: deadline, resume: resume)
        }
    }

    /// Whether a job of the unit succeeded at or after a moment.
    func finishedJob(of unit: String, since time: UInt64) -> Bool {
        doneTimes[unit].map { $0 >= time } ?? false
    }

    /// Gives up on one job.
    mutating func abandon(_ path: String) {
        waiters.removeValue(forKey: path)?.resume(.stillRunning)
    }

    /// Gives up on the jobs whose waiters' time is up.
    mutating func expire(at now: UInt64) {
        for (path, waiter) in waiters where waiter.deadline <= now {
            waiters[path] = nil
            waiter.resume(.stillRunning)
        }
    }

    /// Gives up on all jobs, because no signal will come any more.
    mutating func abandonAll() {
        let all = waiters.values
        waiters = [:]
        for waiter in all { waiter.resume(.refused(.closed)) }
    }

    private mutating func noteDone(_ unit: String, at time: UInt64) {
        doneTimes[unit] = time
        doneOrder.append(LastDone(unit: unit, time: time))
        guard doneOrder.count > Self.memory * 2 else { return }
        for old in doneOrder.prefix(Self.memory) where doneTimes[old.unit] == old.time {
            doneTimes[old.unit] = nil
        }
        doneOrder.removeFirst(Self.memory)
    }
}

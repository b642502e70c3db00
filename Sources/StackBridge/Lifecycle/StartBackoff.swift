// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// Holds back the start of children while they keep failing: 1 s, doubling to 60 s.
struct StartBackoff {
    private static let longest: Int64 = 60

    private var failures = 0
    private var lastFailure: NIODeadline?
    private var cause = ""

    /// How long to wait after so many failures in a row.
    static func delay(afterFailures failures: Int) -> TimeAmount {
        guard failures > 0 else { return .zero }
        return .seconds(failures > 6 ? longest : min(longest, 1 << Int64(failures - 1)))
    }

    /// Why no child may be started now and for how many more seconds (rounded up); nil when one may.
    func refusal(now: NIODeadline) -> (cause: String, seconds: Int64)? {
        guard let lastFailure else { return nil }
        let left = Self.delay(afterFailures: failures) - (now - lastFailure)
        guard left > .zero else { return nil }
        return (cause, (left.nanoseconds + 999_999_999) / 1_000_000_000)
    }

    /// The last failure in a row of failures, nil when the last start went well.
    var failing: String? { lastFailure == nil ? nil : cause }

    /// A child could not be started, or ended before it answered `initialize`.
    ///
    /// Children that were started together and failed together count once.
    mutating func failed(_ cause: String, startedAt: NIODeadline, now: NIODeadline) {
        self.cause = cause
        if let lastFailure, startedAt < lastFailure { return }
        failures += 1
        lastFailure = now
    }

    /// A child answered `initialize`.
    mutating func succeeded() {
        failures = 0
        lastFailure = nil
        cause = ""
    }
}

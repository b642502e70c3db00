// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// Holds back the start of children while they keep failing: 1 s, doubling to 60 s.
///
/// A child that answers `initialize` and dies of the first call has failed too, so that nothing but a life of some
/// length ends a row of failures.
struct StartBackoff {
    private static let longest: Int64 = 60

    private let first: TimeAmount
    private var failures = 0
    private var lastFailure: NIODeadline?
    private var cause = ""
    /// The last failure for the operator.
    private var trouble = ""
    /// Whether a child has answered since the last failure.
    private var hasAnswered = false

    /// The first failure in a row holds back for `first`, which is 1 s in earnest.
    init(first: TimeAmount = .seconds(1)) {
        self.first = first
    }

    /// How long to wait after so many failures in a row, in multiples of the first wait.
    static func delay(afterFailures failures: Int) -> Int64 {
        guard failures > 0 else { return 0 }
        return failures > 6 ? longest : min(longest, 1 << Int64(failures - 1))
    }

    /// Why no child may be started now and for how many more seconds (rounded up); nil when one may.
    func refusal(now: NIODeadline) -> (cause: String, seconds: Int64)? {
        guard let lastFailure else { return nil }
        let left = first * Int(Self.delay(afterFailures: failures)) - (now - lastFailure)
        guard left > .zero else { return nil }
        return (cause, (left.nanoseconds + 999_999_999) / 1_000_000_000)
    }

    /// The last failure in a row of failures, with what only the operator is told; nil when a child is in use.
    var failing: String? { lastFailure == nil || hasAnswered ? nil : trouble }

    /// Whether so many children in a row have failed that only the longest wait is left between two.
    var hasGivenUp: Bool { Self.delay(afterFailures: failures) == Self.longest && failing != nil }

    /// A child could not be started, or ended young.
    ///
    /// Children that were started together and failed together count once.
    mutating func failed(_ cause: String, trouble: String? = nil, startedAt: NIODeadline, now: NIODeadline) {
        self.cause = cause
        self.trouble = trouble ?? cause
        hasAnswered = false
        if let lastFailure, startedAt < lastFailure { return }
        failures += 1
        lastFailure = now
    }

    /// A child answered `initialize`.
    mutating func answered() {
        hasAnswered = true
    }

    /// A child has lived for long enough.
    ///
    /// One that was started before the last failure says nothing about those that fail.
    mutating func lived(startedAt: NIODeadline) {
        guard let lastFailure, startedAt >= lastFailure else { return }
        self = StartBackoff(first: first)
    }
}

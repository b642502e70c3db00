// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// Lets things happen so often a second, and some more at once after a quiet time.
///
/// The generic cell rate algorithm (ITU-T I.371, annex A): nothing but the time at which the bucket is full again.
struct TokenBucket {
    private let interval: TimeAmount
    private let tolerance: TimeAmount
    private var fullAgain: NIODeadline?

    /// A token comes back in every `interval`; `burst` of them fit.
    init(every interval: TimeAmount, burst: Int64) {
        self.interval = interval
        tolerance = .nanoseconds(interval.nanoseconds * (max(1, burst) - 1))
    }

    /// Takes a token; the seconds (rounded up) until there is one when there is none now.
    mutating func take(now: NIODeadline) -> Int64? {
        let begin = fullAgain.map { max($0, now) } ?? now
        let missing = begin - now - tolerance
        guard missing <= .zero else { return (missing.nanoseconds + 999_999_999) / 1_000_000_000 }
        fullAgain = begin + interval
        return nil
    }
}

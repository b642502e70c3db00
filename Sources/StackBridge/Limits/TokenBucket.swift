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

    /// Tokens come back at `perSecond`, which is at least 1; `burst` of them fit.
    init(perSecond: Int64, burst: Int64) {
        interval = .nanoseconds(1_000_000_000 / max(1, perSecond))
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

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// How many requests took how long.
struct LatencyHistogram: Equatable {
    /// The upper bounds of the buckets, in milliseconds.
    static let bounds: [Int64] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000,
    ]

    /// The requests of each bucket alone; the last bucket has no bound.
    private(set) var buckets = [UInt64](repeating: 0, count: bounds.count + 1)
    /// The sum of all durations.
    private(set) var nanoseconds: UInt64 = 0

    /// The number of all requests.
    var count: UInt64 { buckets.reduce(0, +) }

    /// Counts a request.
    mutating func record(_ duration: TimeAmount) {
        let taken = max(0, duration.nanoseconds)
        var place = 0
        while place < Self.bounds.count, taken > Self.bounds[place] * 1_000_000 { place += 1 }
        buckets[place] += 1
        nanoseconds += UInt64(taken)
    }
}

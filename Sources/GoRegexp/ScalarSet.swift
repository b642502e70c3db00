// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A set of Unicode scalar values, as sorted ranges that neither touch nor overlap.
///
/// Numbers instead of `Unicode.Scalar`, because Go lets expressions name surrogates, which no text contains.
struct ScalarSet: Hashable, Sendable {
    typealias Range = ClosedRange<UInt32>

    static let maximum: UInt32 = 0x10FFFF
    static let all = ScalarSet([0...maximum])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])

    private(set) var ranges: [Range] = []

    init() {}

    /// The union of ranges in any order.
    init(_ ranges: [Range]) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    /// The scalars that do not belong to this set.
    var inverted: ScalarSet {
        var result = ScalarSet()
        var next: UInt32 = 0
        for range in ranges {
            if next < range.lowerBound { result.ranges.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.maximum { result.ranges.append(next...Self.maximum) }
        return result
    }

    /// The one scalar of the set, when it has just one.
    var onlyScalar: UInt32? {
        guard ranges.count == 1, let range = ranges.first, range.count == 1 else { return nil }
        return range.lowerBound
    }

    func contains(_ scalar: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            let range = ranges[middle]
            if scalar < range.lowerBound {
                high = middle
            } else if scalar > range.upperBound {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }
}

/// The sets of one expression, each kept once.
struct ScalarSets {
    private(set) var all: [ScalarSet] = []
    private var indices: [ScalarSet: Int] = [:]

    mutating func index(of set: ScalarSet) -> Int {
        if let index = indices[set] { return index }
        indices[set] = all.count
        all.append(set)
        return all.count - 1
    }
}

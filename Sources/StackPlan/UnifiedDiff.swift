// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The difference of two texts as `diff -u` shows it.
public struct UnifiedDiff: Sendable {
    /// One line of the result.
    public enum Line: Sendable, Equatable {
        /// In both texts.
        case context(String)
        /// Only in the old one.
        case removed(String)
        /// Only in the new one.
        case added(String)
        /// Unchanged lines that are not shown.
        case gap
    }

    /// The lines to show.
    public var lines: [Line]

    /// Compares two texts line by line, and keeps three unchanged lines around each change.
    public init(from old: String, to new: String) {
        let before = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let after = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in after.difference(from: before) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var all: [Line] = []
        var left = 0
        var right = 0
        while left < before.count || right < after.count {
            if removed.contains(left) {
                all.append(.removed(before[left]))
                left += 1
            } else if added.contains(right) {
                all.append(.added(after[right]))
                right += 1
            } else {
                all.append(.context(before[left]))
                left += 1
                right += 1
            }
        }
        if case .context("")? = all.last { all.removeLast() }
        lines = Self.trimmed(all)
    }

    private static func trimmed(_ all: [Line]) -> [Line] {
        let shown = Set(
            all.indices.flatMap { index -> [Int] in
                if case .context = all[index] { return [] }
                return Array(max(0, index - 3)...min(all.count - 1, index + 3))
            })
        var result: [Line] = []
        for index in all.indices {
            if shown.contains(index) {
                result.append(all[index])
            } else if result.last != .gap, !result.isEmpty {
                result.append(.gap)
            }
        }
        if result.last == .gap { result.removeLast() }
        return result
    }
}

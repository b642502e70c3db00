// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Parser {
    /// Reads a class in brackets (`parseClass`).
    mutating func characterClass() throws(Failure) -> ScalarSet {
        let start = position
        position += 1
        let isInverted = at("^")
        if isInverted { position += 1 }
        var ranges: [ScalarSet.Range] = []
        var isFirst = true
        // A bracket right at the start is a member.
        while !at("]") || isFirst {
            isFirst = false
            if let set = try namedClass() {
                ranges += set.ranges
                continue
            }
            let rangeStart = position
            let low = try classScalar(start)
            var high = low
            // A hyphen right at the end is a member.
            if at("-"), position + 1 < text.count, !at("]", 1) {
                position += 1
                high = try classScalar(start)
                guard low <= high else { throw failure(.invalidClassRange, rangeStart..<position) }
            }
            let range = ScalarSet([low...high])
            ranges += flags.foldsCase ? range.caseFolded.ranges : range.ranges
        }
        position += 1
        let set = ScalarSet(ranges)
        return isInverted ? set.inverted : set
    }

    private mutating func namedClass() throws(Failure) -> ScalarSet? {
        if let set = try posixClass() { return set }
        if let set = try unicodeClass() { return set }
        return perlClass()
    }

    private mutating func classScalar(_ classStart: Int) throws(Failure) -> UInt32 {
        guard position < text.count else { throw failure(.missingBracket, classStart..<text.count) }
        if at("\\") { return try escapedScalar() }
        position += 1
        return text[position - 1]
    }

    /// Reads `[:alpha:]`; nil when something else stands here.
    private mutating func posixClass() throws(Failure) -> ScalarSet? {
        guard at("["), at(":", 1) else { return nil }
        guard
            let end = text.indices.dropFirst(position + 2).first(where: {
                text[$0] == 0x3A && $0 + 1 < text.count && text[$0 + 1] == 0x5D
            })
        else { return nil }
        let isInverted = at("^", 2)
        let name = string((position + (isInverted ? 3 : 2))..<end)
        guard let set = ScalarSet.posix[name] else { throw failure(.invalidClassRange, position..<(end + 2)) }
        position = end + 2
        return self.set(set, isInverted: isInverted)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Reads an expression as Go does (`regexp/syntax/parse.go`), without recursion, so that no text can exhaust the stack.
struct Parser {
    /// What `(?imsU)` changes; whether a repetition is lazy makes no difference to whether there is a match.
    struct Flags {
        var foldsCase = false
        var isMultiLine = false
        var dotMatchesNewline = false
    }

    /// A part of the tree, and what Go limits.
    struct Term {
        var node: Node
        /// The number of instructions it will need.
        var size = 1
        /// The number of levels.
        var height = 1
        /// The largest product of nested counts.
        var copies = 1
    }

    /// An open group.
    private struct Group {
        var isCapturing: Bool
        var flagsOutside: Flags
        var start: Int
        var branches: [Term] = []
        var sequence: [Term] = []
    }

    /// `maxSize` of Go: 128 MB of instructions of 40 bytes.
    private static let maximumSize = (128 << 20) / 40
    private static let maximumHeight = 1000
    private static let maximumCount = 1000

    let text: [UInt32]
    var sets = ScalarSets()
    var flags = Flags()
    var position = 0
    private var groups: [Group]

    init(_ pattern: String) {
        text = pattern.unicodeScalars.map(\.value)
        groups = [Group(isCapturing: false, flagsOutside: Flags(), start: 0)]
    }

    typealias Failure = GoRegexp.SyntaxError

    /// Reads the whole expression.
    mutating func parse() throws(Failure) -> Node {
        var lastRepeat: Int?
        while position < text.count {
            var thisRepeat: Int?
            switch Unicode.Scalar(text[position]) {
            case "(":
                try openGroup()
            case "|":
                try endBranch()
                position += 1
            case ")":
                try closeGroup()
            case "^":
                push(.assertion(flags.isMultiLine ? .beginLine : .beginText))
                position += 1
            case "$":
                push(.assertion(flags.isMultiLine ? .endLine : .endText))
                position += 1
            case ".":
                push(set: flags.dotMatchesNewline ? .all : ScalarSet([0x0A...0x0A]).inverted)
                position += 1
            case "[":
                push(set: try characterClass())
            case "*", "+", "?":
                let start = position
                let isPlus = at("+")
                let isOptional = at("?")
                position += 1
                try repeatLast(
                    minimum: isPlus ? 1 : 0, maximum: isOptional ? 1 : nil, isCounted: false, from: start,
                    after: lastRepeat)
                thisRepeat = start
            case "{":
                let start = position
                guard let (minimum, maximum) = try repeatCount() else {
                    push(literal: text[position])
                    position += 1
                    break
                }
                try repeatLast(minimum: minimum, maximum: maximum, isCounted: true, from: start, after: lastRepeat)
                thisRepeat = start
            case "\\":
                try escape()
            default:
                push(literal: text[position])
                position += 1
            }
            lastRepeat = thisRepeat
        }
        guard groups.count == 1 else { throw failure(.missingParenthesis, 0..<text.count, at: groups.last?.start) }
        return try finishGroup().node
    }

    // MARK: Parts

    /// Whether a character stands at a distance from the position.
    func at(_ character: Unicode.Scalar, _ distance: Int = 0) -> Bool {
        let index = position + distance
        return index < text.count && text[index] == character.value
    }

    func string(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(text[range].compactMap(Unicode.Scalar.init)))
    }

    func failure(_ reason: Failure.Reason, _ range: Range<Int>, at offset: Int? = nil) -> Failure {
        Failure(reason: reason, fragment: string(range), offset: offset ?? range.lowerBound)
    }

    mutating func push(_ node: Node) {
        groups[groups.count - 1].sequence.append(Term(node: node))
    }

    mutating func push(set: ScalarSet) {
        push(.set(sets.index(of: set)))
    }

    mutating func push(literal: UInt32) {
        let set = ScalarSet([literal...literal])
        push(set: flags.foldsCase ? set.caseFolded : set)
    }

    // MARK: Groups

    mutating func open(isCapturing: Bool) {
        groups.append(Group(isCapturing: isCapturing, flagsOutside: flags, start: position))
    }

    private mutating func endBranch() throws(Failure) {
        let last = groups.count - 1
        groups[last].branches.append(try checked(Self.join(groups[last].sequence)))
        groups[last].sequence = []
    }

    private mutating func finishGroup() throws(Failure) -> Term {
        try endBranch()
        let branches = groups[groups.count - 1].branches
        guard branches.count > 1 else { return branches[0] }
        var term = Term(node: .alternation(branches.map(\.node)))
        term.size = branches.reduce(branches.count - 1) { $0 + $1.size }
        term.height = 1 + (branches.map(\.height).max() ?? 0)
        term.copies = branches.map(\.copies).max() ?? 1
        return try checked(term)
    }

    private mutating func closeGroup() throws(Failure) {
        guard groups.count > 1 else { throw failure(.unexpectedParenthesis, 0..<text.count, at: position) }
        var term = try finishGroup()
        let group = groups.removeLast()
        flags = group.flagsOutside
        if group.isCapturing {
            term.size += 2
            term.height += 1
        }
        groups[groups.count - 1].sequence.append(try checked(term))
        position += 1
    }

    private static func join(_ terms: [Term]) -> Term {
        guard terms.count != 1 else { return terms[0] }
        guard !terms.isEmpty else { return Term(node: .empty) }
        var parts: [Node] = []
        for term in terms {
            if case .concatenation(let inner) = term.node { parts += inner } else { parts.append(term.node) }
        }
        return Term(
            node: .concatenation(parts), size: terms.reduce(0) { $0 + $1.size },
            height: 1 + (terms.map(\.height).max() ?? 0), copies: terms.map(\.copies).max() ?? 1)
    }

    private func checked(_ term: Term) throws(Failure) -> Term {
        if term.size > Self.maximumSize { throw failure(.tooLarge, 0..<text.count) }
        if term.height > Self.maximumHeight { throw failure(.tooDeep, 0..<text.count) }
        return term
    }

    // MARK: Repetitions

    private mutating func repeatLast(
        minimum: Int, maximum: Int?, isCounted: Bool, from start: Int, after lastRepeat: Int?
    ) throws(Failure) {
        if at("?") { position += 1 }
        if let lastRepeat { throw failure(.nestedRepetition, lastRepeat..<position) }
        let last = groups.count - 1
        guard let term = groups[last].sequence.popLast() else {
            throw failure(.missingRepeatArgument, start..<position)
        }
        var result = Term(
            node: .repetition(term.node, minimum: minimum, maximum: maximum), height: term.height + 1,
            copies: term.copies)
        if isCounted {
            let factor = maximum ?? minimum
            // The contents of x{0} do not count, and neither does an open end.
            result.copies = maximum == 0 ? 1 : max(1, factor) * term.copies
            guard result.copies <= Self.maximumCount else { throw failure(.invalidRepeatCount, start..<position) }
        }
        switch (minimum, maximum) {
        case (0, nil): result.size = term.size + 2
        case (let minimum, nil): result.size = 1 + minimum * term.size
        case (let minimum, let maximum?): result.size = max(1, maximum * term.size + maximum - minimum)
        }
        groups[last].sequence.append(try checked(result))
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; nil, without moving, for anything else, which is then literal.
    private mutating func repeatCount() throws(Failure) -> (minimum: Int, maximum: Int?)? {
        var index = position + 1
        guard let minimum = number(&index) else { return nil }
        var maximum: Int? = minimum
        if index < text.count, text[index] == 0x2C {
            index += 1
            if index < text.count, text[index] == 0x7D {
                maximum = nil
            } else {
                guard let number = number(&index) else { return nil }
                maximum = number
            }
        }
        guard index < text.count, text[index] == 0x7D else { return nil }
        index += 1
        let isGood = minimum <= Self.maximumCount && (maximum.map { $0 <= Self.maximumCount && minimum <= $0 } ?? true)
        guard isGood else { throw failure(.invalidRepeatCount, position..<index) }
        position = index
        return (minimum, maximum)
    }

    /// A decimal number without leading zeros, with a ceiling far above every limit.
    private func number(_ index: inout Int) -> Int? {
        let start = index
        var value = 0
        while index < text.count, (0x30...0x39).contains(text[index]) {
            value = min(value * 10 + Int(text[index] - 0x30), 1_000_000)
            index += 1
        }
        guard index > start, index == start + 1 || text[start] != 0x30 else { return nil }
        return value
    }
}

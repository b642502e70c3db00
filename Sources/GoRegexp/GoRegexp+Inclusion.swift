// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension GoRegexp {
    /// Whether every text with a beginning that another expression matches is matched by this one too.
    ///
    /// Exact, by walking through both automata at once.
    ///
    /// - Parameters:
    ///   - other: The other expression.
    ///   - prefix: Only texts that begin like this count; `/` for paths of URLs.
    /// - Returns: The answer, or nil when it takes too many steps to find.
    public func includes(_ other: GoRegexp, amongTextsStartingWith prefix: String = "") -> Bool? {
        if pattern == other.pattern { return true }
        switch Comparison(other.program, with: program).difference(startingWith: prefix) {
        case .none: return true
        case .text: return false
        case .undecided: return nil
        }
    }

    /// A short text with a beginning that this expression matches; nil when there is none, or none was found.
    public func example(startingWith prefix: String = "") -> String? {
        guard case .text(let scalars) = Comparison(program, with: nil).difference(startingWith: prefix) else {
            return nil
        }
        return String(String.UnicodeScalarView(scalars.compactMap(Unicode.Scalar.init)))
    }
}

/// Searches for a text that one program matches and another does not, shortest first.
///
/// Both are followed at once, as sets of places. What matters of a scalar is only to which sets it belongs, so one
/// scalar stands for all that are alike.
private struct Comparison {
    enum Difference {
        /// There is no such text.
        case none
        /// This is one.
        case text([UInt32])
        /// The limit was reached.
        case undecided
    }

    /// Where both programs are, and what the last scalar was as far as it matters.
    private struct State: Hashable {
        /// Places; nil once it has matched.
        var first: [Int]?
        var second: [Int]?
        /// A scalar that stands for the last one; nil at the start.
        var previous: UInt32?
    }

    private static let maximumStates = 5000
    /// Places in all states, where states with many places make each step expensive.
    private static let maximumPlaces = 1_000_000

    let first: Program
    /// Nil matches nothing.
    let second: Program?

    init(_ first: Program, with second: Program?) {
        self.first = first
        self.second = second
    }

    func difference(startingWith prefix: String) -> Difference {
        var firstMarks = Program.Marks(first.instructions.count)
        var secondMarks = Program.Marks(second?.instructions.count ?? 0)
        var buffer: [Int] = []

        func advance(
            _ program: Program?, _ places: [Int]?, _ previous: UInt32?, _ next: UInt32?, _ marks: inout Program.Marks
        ) -> [Int]? {
            guard let program else { return [] }
            guard let places else { return nil }
            let holding = Assertion.holding(between: previous, and: next)
            if program.close(places, holding, &marks, into: &buffer) { return nil }
            guard let next else { return [] }
            var result: [Int] = []
            program.step(over: next, from: buffer, &marks, into: &result)
            return result.sorted()
        }

        func successor(_ state: State, _ scalar: UInt32) -> State {
            State(
                first: advance(first, state.first, state.previous, scalar, &firstMarks),
                second: advance(second, state.second, state.previous, scalar, &secondMarks),
                previous: summary(of: scalar))
        }

        var begin = State(first: [first.start], second: second.map { [$0.start] } ?? [], previous: nil)
        for scalar in prefix.unicodeScalars { begin = successor(begin, scalar.value) }
        let alphabet = alphabet()
        var states = [begin]
        var origins: [(state: Int, scalar: UInt32)] = [(-1, 0)]
        var known: Set<State> = [begin]
        var index = 0
        var places = 0
        while index < states.count {
            let state = states[index]
            places += ((state.first?.count ?? 0) + (state.second?.count ?? 0)) * alphabet.count
            guard places < Self.maximumPlaces else { return .undecided }
            if advance(first, state.first, state.previous, nil, &firstMarks) == nil,
                advance(second, state.second, state.previous, nil, &secondMarks) != nil
            {
                var text: [UInt32] = []
                var place = index
                while origins[place].state >= 0 {
                    text.append(origins[place].scalar)
                    place = origins[place].state
                }
                return .text(prefix.unicodeScalars.map(\.value) + text.reversed())
            }
            for scalar in alphabet {
                let next = successor(state, scalar)
                // From here on there is no difference: the second matches whatever follows, or the first nothing.
                if next.second == nil || next.first == [] { continue }
                guard known.insert(next).inserted else { continue }
                guard states.count < Self.maximumStates else { return .undecided }
                states.append(next)
                origins.append((index, scalar))
            }
            index += 1
        }
        return .none
    }

    // MARK: Scalars that stand for others

    private var assertions: Assertion.Set {
        first.assertions.union(second?.assertions ?? [])
    }

    private var mindsWords: Bool { !assertions.isDisjoint(with: [.wordBoundary, .noWordBoundary]) }
    private var mindsLines: Bool { !assertions.isDisjoint(with: [.beginLine, .endLine]) }

    private func summary(of scalar: UInt32) -> UInt32 {
        if mindsLines, scalar == 0x0A { return 0x0A }
        if mindsWords, Assertion.isWord(scalar) { return 0x61 }
        return 0x2F
    }

    /// One scalar for each combination of sets that scalars belong to; surrogates are in no text.
    private func alphabet() -> [UInt32] {
        var sets = first.sets + (second?.sets ?? [])
        if mindsWords { sets.append(.word) }
        if mindsLines { sets.append(ScalarSet([0x0A...0x0A])) }
        var cuts: Set<UInt32> = [0, 0xE000]
        for range in sets.lazy.flatMap(\.ranges) {
            cuts.insert(range.lowerBound)
            cuts.insert(range.upperBound + 1)
        }
        var known: Set<[Bool]> = []
        return cuts.sorted { Self.rank($0) < Self.rank($1) }.filter { scalar in
            Unicode.Scalar(scalar) != nil && known.insert(sets.map { $0.contains(scalar) }).inserted
        }
    }

    /// Printable characters first, so that texts found can be read.
    private static func rank(_ scalar: UInt32) -> UInt32 {
        (0x21...0x7E).contains(scalar) ? scalar : scalar + 0x100
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// An expression as instructions for a machine that is in many places at once (Thompson's construction).
struct Program: Sendable {
    enum Instruction: Sendable {
        /// The expression has matched.
        case match
        /// Goes on behind a scalar of a set.
        case consume(set: Int, next: Int)
        /// Goes on at both.
        case split(Int, Int)
        /// Goes on where the condition holds.
        case require(Assertion, next: Int)
    }

    private(set) var instructions: [Instruction] = [.match]
    let sets: [ScalarSet]
    private(set) var start = 0
    /// Whether a match can only begin where the text begins.
    let isAnchored: Bool
    /// The conditions it asks for.
    private(set) var assertions: Assertion.Set = []

    init(_ tree: Node, sets: [ScalarSet]) {
        self.sets = sets
        isAnchored = tree.isAnchoredAtStart
        start = add(tree, before: 0)
    }

    /// Adds the instructions of a tree that goes on at a place, and returns where they begin.
    private mutating func add(_ node: Node, before next: Int) -> Int {
        switch node {
        case .empty: return next
        case .set(let index): return add(.consume(set: index, next: next))
        case .assertion(let assertion):
            assertions.insert(Assertion.Set(assertion))
            return add(.require(assertion, next: next))
        case .concatenation(let parts): return parts.reversed().reduce(next) { add($1, before: $0) }
        case .alternation(let branches):
            let entries = branches.map { add($0, before: next) }
            return entries.dropLast().reversed().reduce(entries.last ?? next) { add(.split($1, $0)) }
        case .repetition(let part, let minimum, let maximum):
            var next = next
            if let maximum {
                let end = next
                for _ in minimum..<max(minimum, maximum) {
                    next = add(.split(add(part, before: next), end))
                }
            } else {
                let loop = add(.match)
                let body = add(part, before: loop)
                instructions[loop] = .split(body, next)
                // With at least one copy wanted, the loop is entered at its body.
                next = minimum > 0 ? body : loop
            }
            let copies = maximum == nil ? max(0, minimum - 1) : minimum
            for _ in 0..<copies { next = add(part, before: next) }
            return next
        }
    }

    private mutating func add(_ instruction: Instruction) -> Int {
        instructions.append(instruction)
        return instructions.count - 1
    }
}

extension Program {
    /// Places that were seen in this step, forgotten in no time.
    struct Marks {
        private var marks: [UInt32]
        private var step: UInt32 = 0

        init(_ count: Int) {
            marks = Array(repeating: 0, count: count)
        }

        mutating func clear() {
            step += 1
        }

        /// Marks a place; false when it was marked already.
        mutating func insert(_ place: Int) -> Bool {
            guard marks[place] != step else { return false }
            marks[place] = step
            return true
        }
    }

    /// Follows everything that consumes nothing, from some places, and collects the consuming instructions reached.
    ///
    /// - Returns: Whether the expression has matched.
    func close(
        _ places: [Int], _ holding: Assertion.Set, _ marks: inout Marks, into consumers: inout [Int]
    ) -> Bool {
        marks.clear()
        consumers.removeAll(keepingCapacity: true)
        var pending = places
        while let place = pending.popLast() {
            guard marks.insert(place) else { continue }
            switch instructions[place] {
            case .match: return true
            case .consume: consumers.append(place)
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .require(let assertion, let next):
                if holding.contains(Assertion.Set(assertion)) { pending.append(next) }
            }
        }
        return false
    }

    /// Steps over a scalar: the places behind it, each once, and the start again unless matches begin with the text.
    func step(over scalar: UInt32, from consumers: [Int], _ marks: inout Marks, into places: inout [Int]) {
        marks.clear()
        places.removeAll(keepingCapacity: true)
        for consumer in consumers {
            guard case .consume(let set, let next) = instructions[consumer], sets[set].contains(scalar) else {
                continue
            }
            if marks.insert(next) { places.append(next) }
        }
        if !isAnchored, marks.insert(start) { places.append(start) }
    }

    /// Whether it matches somewhere in a text.
    func matches(_ text: some Sequence<UInt32>) -> Bool {
        var iterator = text.makeIterator()
        var marks = Marks(instructions.count)
        var (places, consumers) = ([start], [Int]())
        var previous: UInt32?
        while true {
            let next = iterator.next()
            let holding = Assertion.holding(between: previous, and: next)
            if close(places, holding, &marks, into: &consumers) { return true }
            guard let next else { return false }
            step(over: next, from: consumers, &marks, into: &places)
            if places.isEmpty { return false }
            previous = next
        }
    }
}

/// The scalars of bytes as Go's `range` over a string sees them: U+FFFD for every byte that belongs to none.
struct UTF8Scalars: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    mutating func next() -> UInt32? {
        guard index < bytes.count else { return nil }
        let first = bytes[index]
        index += 1
        guard first >= 0x80 else { return UInt32(first) }
        // Table 3-7 of the Unicode Standard: well-formed sequences, by their first byte.
        let (length, second): (Int, ClosedRange<UInt8>)
        switch first {
        case 0xC2...0xDF: (length, second) = (1, 0x80...0xBF)
        case 0xE0: (length, second) = (2, 0xA0...0xBF)
        case 0xED: (length, second) = (2, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (2, 0x80...0xBF)
        case 0xF0: (length, second) = (3, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (3, 0x80...0xBF)
        case 0xF4: (length, second) = (3, 0x80...0x8F)
        default: return 0xFFFD
        }
        let rest = bytes[index...].prefix(length)
        guard rest.count == length, let head = rest.first, second.contains(head),
            rest.dropFirst().allSatisfy({ (0x80...0xBF).contains($0) })
        else { return 0xFFFD }
        index += length
        return rest.reduce(UInt32(first) & (0x3F >> UInt32(length))) { $0 << 6 | UInt32($1 & 0x3F) }
    }
}

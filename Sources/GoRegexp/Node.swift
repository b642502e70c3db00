// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// An expression as a tree.
indirect enum Node: Sendable {
    /// Matches where it stands.
    case empty
    /// One scalar of a set, by its place among the sets of the expression.
    case set(Int)
    /// A condition on a place.
    case assertion(Assertion)
    /// One after the other.
    case concatenation([Node])
    /// Any one of them.
    case alternation([Node])
    /// A copy at least `minimum` and at most `maximum` times; without limit when that is nil.
    case repetition(Node, minimum: Int, maximum: Int?)
}

/// A condition on a place between two scalars (`regexp/syntax`, `EmptyOp`).
enum Assertion: UInt8, Hashable, Sendable {
    case beginText
    case endText
    case beginLine
    case endLine
    case wordBoundary
    case noWordBoundary

    /// The conditions that hold between two scalars; nil stands for the end of the text on that side.
    static func holding(between previous: UInt32?, and next: UInt32?) -> Set {
        var result: Set = []
        if previous == nil { result.insert(.beginText) }
        if previous == nil || previous == 0x0A { result.insert(.beginLine) }
        if next == nil { result.insert(.endText) }
        if next == nil || next == 0x0A { result.insert(.endLine) }
        let isBoundary = (previous.map(isWord) ?? false) != (next.map(isWord) ?? false)
        result.insert(isBoundary ? .wordBoundary : .noWordBoundary)
        return result
    }

    /// Whether a scalar belongs to a word: ASCII alone, as in Go.
    static func isWord(_ scalar: UInt32) -> Bool {
        ScalarSet.word.contains(scalar)
    }

    /// A few conditions.
    struct Set: OptionSet, Hashable, Sendable {
        var rawValue: UInt8

        static let beginText = Set(.beginText)
        static let endText = Set(.endText)
        static let beginLine = Set(.beginLine)
        static let endLine = Set(.endLine)
        static let wordBoundary = Set(.wordBoundary)
        static let noWordBoundary = Set(.noWordBoundary)

        init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        init(_ assertion: Assertion) {
            rawValue = 1 << assertion.rawValue
        }
    }
}

extension Node {
    /// Whether a match can only begin where the text begins.
    var isAnchoredAtStart: Bool {
        switch self {
        case .assertion(let assertion): assertion == .beginText
        case .concatenation(let parts): parts.first { !$0.isEmpty }?.isAnchoredAtStart ?? false
        case .alternation(let branches): branches.allSatisfy(\.isAnchoredAtStart)
        case .repetition(let part, let minimum, _): minimum > 0 && part.isAnchoredAtStart
        case .empty, .set: false
        }
    }

    /// The literal characters in front of anything else.
    func literalPrefix(_ sets: [ScalarSet]) -> String {
        let parts = if case .concatenation(let parts) = self { parts } else { [self] }
        var scalars = String.UnicodeScalarView()
        for part in parts {
            switch part {
            case .assertion(.beginText) where scalars.isEmpty: continue
            case .empty: continue
            case .set(let index):
                guard let scalar = sets[index].onlyScalar.flatMap(Unicode.Scalar.init) else { break }
                scalars.append(scalar)
                continue
            default: break
            }
            break
        }
        return String(scalars)
    }

    private var isEmpty: Bool {
        if case .empty = self { true } else { false }
    }
}

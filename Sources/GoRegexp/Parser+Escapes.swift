// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Parser {
    /// Reads what a backslash begins, outside of a class.
    mutating func escape() throws(Failure) {
        let assertion: Assertion? =
            if at("A", 1) { .beginText } else if at("z", 1) { .endText } else if at("b", 1) {
                .wordBoundary
            } else if at("B", 1) { .noWordBoundary } else { nil }
        if let assertion {
            push(.assertion(assertion))
            position += 2
        } else if at("C", 1) {
            throw failure(.invalidEscape, position..<(position + 2))
        } else if at("Q", 1) {
            position += 2
            while position < text.count, !(at("\\") && at("E", 1)) {
                push(literal: text[position])
                position += 1
            }
            position = min(position + 2, text.count)
        } else if let set = try unicodeClass() ?? perlClass() {
            push(set: set)
        } else {
            push(literal: try escapedScalar())
        }
    }

    /// Reads `\d` and the like; nil when something else stands here.
    mutating func perlClass() -> ScalarSet? {
        guard at("\\"), position + 1 < text.count, let (set, isInverted) = ScalarSet.perl(text[position + 1]) else {
            return nil
        }
        position += 2
        return self.set(set, isInverted: isInverted)
    }

    /// Reads `\pN`, `\p{Name}`, `\P{^Name}`; nil when something else stands here.
    mutating func unicodeClass() throws(Failure) -> ScalarSet? {
        guard at("\\"), at("p", 1) || at("P", 1) else { return nil }
        let start = position
        var isInverted = at("P", 1)
        var name: Range<Int>
        var end: Int
        if at("{", 2) {
            guard let brace = text[position...].firstIndex(of: 0x7D) else {
                throw failure(.invalidClassRange, start..<text.count)
            }
            (name, end) = ((start + 3)..<brace, brace + 1)
        } else {
            end = min(start + 3, text.count)
            name = (start + 2)..<end
        }
        if let first = name.first, text[first] == 0x5E {
            isInverted.toggle()
            name = (first + 1)..<name.upperBound
        }
        guard let set = ScalarSet.named(string(name)) else {
            // Only longer names can be those of scripts.
            let mayBeScript =
                name.count > 2 && text[name].allSatisfy { ScalarSet.word.contains($0) || $0 == 0x20 || $0 == 0x2D }
            throw failure(mayBeScript ? .unsupportedClass : .invalidClassRange, start..<end)
        }
        position = end
        return self.set(set, isInverted: isInverted)
    }

    func set(_ set: ScalarSet, isInverted: Bool) -> ScalarSet {
        let folded = flags.foldsCase ? set.caseFolded : set
        return isInverted ? folded.inverted : folded
    }

    /// Reads a backslash and what stands for one scalar (`parseEscape`).
    mutating func escapedScalar() throws(Failure) -> UInt32 {
        let start = position
        guard start + 1 < text.count else {
            throw Failure(reason: .trailingBackslash, fragment: "", offset: start)
        }
        let value = text[start + 1]
        position += 2
        switch Unicode.Scalar(value) {
        case "1", "2", "3", "4", "5", "6", "7":
            // A digit alone would be a back-reference.
            guard position < text.count, octal(text[position]) != nil else { break }
            return octalNumber(from: value)
        case "0": return octalNumber(from: value)
        case "x":
            if let scalar = hexadecimalNumber() { return scalar }
        case "a": return 0x07
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "v": return 0x0B
        default:
            let isAlphanumeric = ScalarSet.word.contains(value) && value != 0x5F
            if value < 0x80, !isAlphanumeric { return value }
        }
        throw failure(.invalidEscape, start..<position)
    }

    private func octal(_ value: UInt32) -> UInt32? {
        (0x30...0x37).contains(value) ? value - 0x30 : nil
    }

    private mutating func octalNumber(from first: UInt32) -> UInt32 {
        var result = first - 0x30
        for _ in 0..<2 {
            guard position < text.count, let digit = octal(text[position]) else { break }
            result = result * 8 + digit
            position += 1
        }
        return result
    }

    /// Reads two digits, or any number of them in braces; nil, behind what was looked at, when there is something else.
    private mutating func hexadecimalNumber() -> UInt32? {
        func take() -> UInt32? {
            guard position < text.count else { return nil }
            position += 1
            return text[position - 1]
        }
        func digit(_ value: UInt32?) -> UInt32? {
            value.flatMap(Unicode.Scalar.init).flatMap { Character($0).isASCII ? Character($0).hexDigitValue : nil }
                .map(UInt32.init)
        }
        guard let first = take() else { return nil }
        guard first == 0x7B else {
            let (high, low) = (digit(first), digit(take()))
            guard let high, let low else { return nil }
            return high * 16 + low
        }
        var result: UInt32 = 0
        var hasDigits = false
        while let next = take() {
            if next == 0x7D { return hasDigits ? result : nil }
            guard let value = digit(next) else { return nil }
            result = result * 16 + value
            guard result <= ScalarSet.maximum else { return nil }
            hasDigits = true
        }
        return nil
    }
}

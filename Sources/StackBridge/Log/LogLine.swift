// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A line of the server's standard error, fit for any log: one line, without control characters.
struct LogLine: Equatable, Sendable {
    /// How much it matters (syslog(3), "Values for level").
    enum Level: UInt8, Comparable, Sendable {
        case emergency, alert, critical, error, warning, notice, info, debug

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    var level: Level
    var text: String

    /// The line as sd-daemon(3) describes it, for a standard error that the journal reads, or plain.
    func written(forJournal: Bool) -> String {
        forJournal ? "<\(level.rawValue)>\(text)\n" : "\(text)\n"
    }
}

extension LogLine {
    /// The text of a line without what only a terminal understands: escape sequences (ECMA-48), control characters,
    /// and marks that change the direction of text.
    ///
    /// Of text that overwrites itself with carriage returns, the last is what a terminal would show.
    static func cleaned(_ bytes: some Sequence<UInt8>) -> String {
        var kept = String.UnicodeScalarView()
        var shown = String.UnicodeScalarView()
        var escape = EscapeSequence()
        for scalar in String(decoding: Array(bytes), as: UTF8.self).unicodeScalars {
            if escape.takes(scalar) { continue }
            switch scalar.value {
            case 0x0D:
                if !kept.isEmpty { shown = kept }
                kept.removeAll()
            case 0x09: kept.append(" ")
            case 0x2028, 0x2029: kept.append(" ")
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: break
            default: kept.append(scalar)
            }
        }
        return trimmed(String(kept.isEmpty ? shown : kept))
    }

    /// Without white space at the end, which nobody sees.
    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

/// Recognizes the escape sequences of terminals, one character at a time (ECMA-48, 5.4 and 5.6).
private struct EscapeSequence {
    private enum State {
        case none
        /// After ESC.
        case begun
        /// Within a control sequence, up to its final character.
        case control
        /// Within a control string, such as a title or a link, up to BEL or ST.
        case string
        /// After ESC within a control string.
        case stringEnding
    }

    private var state = State.none
    private var length = 0

    /// What is longer is no sequence: text must not vanish for want of its end.
    private static let longest = 2_048

    /// Whether a character is part of a sequence.
    mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
        length += 1
        if length > Self.longest { state = .none }
        switch state {
        case .none: return begins(scalar)
        case .begun: return goesOn(scalar)
        case .control:
            if (0x40...0x7E).contains(scalar.value) { state = .none }
            guard (0x20...0x7E).contains(scalar.value) else {
                state = .none
                return begins(scalar)
            }
            return true
        case .string:
            if scalar.value == 0x07 || scalar.value == 0x9C { state = .none }
            if scalar.value == 0x1B { state = .stringEnding }
            return true
        case .stringEnding:
            state = scalar == "\\" ? .none : .string
            return true
        }
    }

    private mutating func begins(_ scalar: Unicode.Scalar) -> Bool {
        length = 0
        switch scalar.value {
        case 0x1B: state = .begun
        case 0x9B: state = .control
        case 0x90, 0x98, 0x9D, 0x9E, 0x9F: state = .string
        default: return false
        }
        return true
    }

    private mutating func goesOn(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case UInt32(UInt8(ascii: "[")): state = .control
        case UInt32(UInt8(ascii: "]")), UInt32(UInt8(ascii: "P")), UInt32(UInt8(ascii: "X")),
            UInt32(UInt8(ascii: "^")), UInt32(UInt8(ascii: "_")):
            state = .string
        case 0x20...0x2F: break
        case 0x30...0x7E: state = .none
        default:
            state = .none
            return begins(scalar)
        }
        return true
    }
}

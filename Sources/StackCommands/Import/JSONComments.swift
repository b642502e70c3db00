// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Turns JSON as people write it into YAML that means the same, with everything in its place.
///
/// JSON is YAML (YAML 1.2.2, section 1.3) but for what this takes away: the comments and trailing commas of JSONC, tabs
/// between tokens, a byte order mark, and pairs of surrogates, which libyaml does not read.
enum JSONComments {
    /// Whether a text is JSON, by its first character behind comments and white space.
    static func isJSON(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var index = scalars.startIndex
        while index < scalars.endIndex {
            if scalars[index] == "\u{FEFF}" || scalars[index].properties.isWhitespace {
                index += 1
            } else if let end = endOfComment(scalars, index) {
                index = end
            } else {
                return scalars[index] == "{" || scalars[index] == "["
            }
        }
        return false
    }

    /// The text with spaces in place of what JSON does not have.
    static func blanked(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        var index = scalars.startIndex
        var lastComma: Int?
        while index < scalars.endIndex {
            let scalar = scalars[index]
            if scalar == "\"" {
                lastComma = nil
                index = joinSurrogates(&scalars, in: index..<endOfString(scalars, index))
                continue
            }
            if let end = endOfComment(scalars, index) {
                for place in index..<end where scalars[place] != "\n" && scalars[place] != "\r" { scalars[place] = " " }
                index = end
                continue
            }
            switch scalar {
            case ",": lastComma = index
            case "}", "]":
                if let comma = lastComma { scalars[comma] = " " }
                lastComma = nil
            case "\t", "\u{FEFF}": scalars[index] = " "
            default:
                if !scalar.properties.isWhitespace { lastComma = nil }
            }
            index += 1
        }
        // A mark at the very start would count as a column of its own.
        return String(String.UnicodeScalarView(scalars))
    }

    private static func endOfComment(_ scalars: [Unicode.Scalar], _ start: Int) -> Int? {
        guard scalars[start] == "/", start + 1 < scalars.endIndex else { return nil }
        let rest = scalars[(start + 2)...]
        switch scalars[start + 1] {
        case "/": return rest.firstIndex { $0 == "\n" } ?? scalars.endIndex
        case "*":
            var index = rest.startIndex
            while index + 1 < rest.endIndex {
                if rest[index] == "*", rest[index + 1] == "/" { return index + 2 }
                index += 1
            }
            return scalars.endIndex
        default: return nil
        }
    }

    /// Behind the closing quote, or the end of the text.
    private static func endOfString(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
        var index = start + 1
        while index < scalars.endIndex {
            if scalars[index] == "\\" {
                index += 2
                continue
            }
            if scalars[index] == "\"" { return index + 1 }
            index += 1
        }
        return scalars.endIndex
    }

    /// Writes `\uD83D\uDE00` as the one character it means; returns the end of the string then.
    private static func joinSurrogates(_ scalars: inout [Unicode.Scalar], in range: Range<Int>) -> Int {
        var end = range.upperBound
        var index = range.lowerBound
        while index + 12 <= end {
            guard scalars[index] == "\\" else {
                index += 1
                continue
            }
            guard let high = unit(scalars[index..<(index + 6)]), (0xD800...0xDBFF).contains(high),
                let low = unit(scalars[(index + 6)..<(index + 12)]), (0xDC00...0xDFFF).contains(low),
                let whole = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            else {
                index += 2
                continue
            }
            scalars.replaceSubrange(index..<(index + 12), with: [whole])
            end -= 11
            index += 1
        }
        return end
    }

    private static func unit(_ scalars: ArraySlice<Unicode.Scalar>) -> UInt32? {
        let text = String(String.UnicodeScalarView(scalars))
        guard text.hasPrefix("\\u") else { return nil }
        return UInt32(text.dropFirst(2), radix: 16)
    }
}

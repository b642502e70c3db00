// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Writes strings into YAML files.
public enum YAMLText {
    /// A double-quoted scalar (YAML 1.2.2, section 7.3.1), which is one in every version of YAML.
    public static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\u{85}": result += "\\N"
            case "\u{A0}": result += "\\_"
            case "\u{2028}": result += "\\L"
            case "\u{2029}": result += "\\P"
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    result += "\\U" + padded(scalar.value)
                }
            }
        }
        return result + "\""
    }

    /// The text as a plain scalar where every version of YAML reads it as that text, in quotes elsewhere.
    public static func word(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// The text as it can stand behind a `#`: whatever could end the line, or hide what follows, is written as `?`.
    public static func comment(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let isBreak = scalar == "\u{2028}" || scalar == "\u{2029}" || scalar == "\u{85}"
            result.unicodeScalars.append(isPrintable(scalar) && !isBreak && !isDirectional(scalar) ? scalar : "?")
        }
        return result
    }

    /// A plain word of the characters that mean nothing to YAML, and that is no number, boolean or nothing.
    private static func isPlain(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, scalars.allSatisfy(isWordScalar) else { return false }
        // A dash in front is an option's when a letter follows; then no number can be meant either.
        let head = first == "-" ? scalars.drop { $0 == "-" }.first : first
        guard let head, isLetter(head) || head == "/" || (head == first && isNoNumber(text)) else { return false }
        return !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    }

    /// Whether a text that starts with a digit is surely no number, such as `30s` or a UUID with letters.
    private static func isNoNumber(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, ("0"..."9").contains(first),
            !["0x", "0X", "0o", "0O", "0b", "0B"].contains(where: text.hasPrefix)
        else { return false }
        return text.unicodeScalars.contains { isLetter($0) && $0 != "e" && $0 != "E" }
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || ("0"..."9").contains(scalar) || "_-./@+=".unicodeScalars.contains(scalar)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    /// YAML 1.2.2, production 1, without the byte order mark, which libyaml refuses inside a text.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// The marks that let a text be shown in another order than it is read.
    private static func isDirectional(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func padded(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

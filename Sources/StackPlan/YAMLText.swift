// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

/// Writes strings into YAML files.
enum YAMLText {
    /// A word as it is when every version of YAML reads it as that string, else a quoted scalar.
    static func plainOrQuoted(_ text: String) -> String {
        NamedTunnel.isUUID(text) ? text : quoted(text)
    }

    /// A double-quoted scalar (YAML 1.2.2, section 7.3.1), which is one in every version of YAML.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\t": result += "\\t"
            case "\u{85}": result += "\\N"
            case "\u{A0}": result += "\\_"
            case "\u{2028}": result += "\\L"
            case "\u{2029}": result += "\\P"
            case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
            default: result += "\\U" + hexadecimal(scalar)
            }
        }
        return result + "\""
    }

    /// The text of a comment, which ends at every line break of YAML 1.1 and must be printable as all the rest.
    static func comment(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if isPrintable(scalar), !"\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\U" + hexadecimal(scalar)
            }
        }
        return result
    }

    /// Whether a character can stand in a YAML text (YAML 1.2.2, production `c-printable`) without being a tab, a line
    /// feed, a carriage return or a byte order mark.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xFEFF: false
        case 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x1_0000...0x10_FFFF: true
        default: false
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

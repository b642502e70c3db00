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
            case "\u{FEFF}": result += "\\uFEFF"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Writes user text into unit files so that systemd reads back exactly that text.
///
/// The one place where text is escaped; the rules are those of systemd.syntax(7) "Quoting", of specifiers in
/// systemd.unit(5) and of command lines in systemd.service(5).
public enum UnitValue {
    /// Text that has no spelling in a unit file.
    public struct Unwritable: Error, Equatable {
        /// The offending character.
        public var scalar: Unicode.Scalar
    }

    /// Which expansions systemd applies to a directive's value, and so must be prevented.
    public enum Expansion: Sendable {
        /// Specifiers such as `%n`: most directives.
        case specifiers
        /// Specifiers and environment variables such as `$HOME`: command lines.
        case specifiersAndVariables
    }

    /// One word of a value that systemd splits into words, quoted where needed.
    ///
    /// - Throws: `Unwritable` for NUL, newlines and other control characters but tab, and for noncharacters.
    public static func word(_ text: String, expansion: Expansion) throws(Unwritable) -> String {
        var escaped = ""
        var isPlain = !text.isEmpty
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": escaped += "%%"
            case "$" where expansion == .specifiersAndVariables: escaped += "$$"
            case "\\", "\"":
                escaped += "\\\(scalar)"
                isPlain = false
            case "\t":
                escaped += "\\t"
                isPlain = false
            default:
                guard isWritable(scalar) else { throw Unwritable(scalar: scalar) }
                escaped.unicodeScalars.append(scalar)
                isPlain = isPlain && isPlainWordScalar(scalar)
            }
        }
        return isPlain ? escaped : "\"\(escaped)\""
    }

    /// An `Environment=` value that sets one variable.
    ///
    /// - Throws: `Unwritable` as `word(_:expansion:)` does.
    public static func assignment(_ name: String, _ value: String) throws(Unwritable) -> String {
        try word("\(name)=\(value)", expansion: .specifiers)
    }

    /// A value that systemd takes as it is to the end of the line, such as the path in `LoadCredential=`
    /// (`config_parse_load_credential()`): only specifiers are expanded, and quotes are part of the value.
    ///
    /// - Throws: `Unwritable` as `word(_:expansion:)` does, and for white space at either end and a backslash at the
    ///   end, which the line would lose.
    public static func rest(_ text: String) throws(Unwritable) -> String {
        for scalar in [text.unicodeScalars.first, text.unicodeScalars.last].compactMap(\.self)
        where scalar == " " || scalar == "\t" {
            throw Unwritable(scalar: scalar)
        }
        if text.unicodeScalars.last == "\\" { throw Unwritable(scalar: "\\") }
        var escaped = ""
        for scalar in text.unicodeScalars {
            guard isWritable(scalar) else { throw Unwritable(scalar: scalar) }
            escaped += scalar == "%" ? "%%" : String(scalar)
        }
        return escaped
    }

    /// A command line of `ExecStart=` and its like; every argument arrives unchanged.
    ///
    /// systemd reads the program less freely than its arguments: see `isProgram(_:)`.
    ///
    /// - Throws: `Unwritable` as `word(_:expansion:)` does.
    public static func commandLine(_ arguments: [String]) throws(Unwritable) -> String {
        var words: [String] = []
        for argument in arguments {
            words.append(try word(argument, expansion: .specifiersAndVariables))
        }
        return words.joined(separator: " ")
    }

    /// Whether text can be written at all: no control characters but tab, and no noncharacters.
    public static func isWritable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy(isWritable)
    }

    /// Whether systemd takes a text for a program: an absolute path, or a name to search for.
    ///
    /// It refuses quotes, backslashes and a slash at the end, reads a `$` as it is here and as a variable in the
    /// arguments, and takes some characters in front of a program for options (`config_parse_exec()`). From 255 on it
    /// loses spaces at the end on the way to the process that starts the program (`exec_command_deserialize()`).
    public static func isProgram(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last, last != "/", last != " ",
            isWritable(text)
        else { return false }
        let isPlain = !text.unicodeScalars.contains { "\"'\\$\t".unicodeScalars.contains($0) }
        return isPlain && (first == "/" || !"@-:+!|".unicodeScalars.contains(first) && text != "." && text != "..")
    }

    /// Unicode keeps noncharacters free for ever, and systemd reads no unit that has one (`utf8_is_valid()`).
    private static func isWritable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x20 { return scalar == "\t" }
        return scalar.value != 0x7F && !isNoncharacter(scalar)
    }

    /// Characters that need no quotes anywhere in a word.
    ///
    /// A lone `;` would end a command line, so it is not among them.
    private static func isPlainWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", "/", ":", "=", "@", "%", "$", "+", ",": true
        default: false
        }
    }

    /// The Unicode standard's noncharacters (section 23.7), told without a table: this is asked of every character.
    private static func isNoncharacter(_ scalar: Unicode.Scalar) -> Bool {
        (0xFDD0...0xFDEF).contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE
    }
}

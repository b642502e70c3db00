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
    /// - Throws: `Unwritable` for NUL, newlines and other control characters but tab.
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
                guard !isControl(scalar) else { throw Unwritable(scalar: scalar) }
                escaped.unicodeScalars.append(scalar)
                isPlain = isPlain && isPlainWordScalar(scalar)
            }
        }
        return isPlain ? escaped : "\"\(escaped)\""
    }

    /// Text that systemd takes as it is to the end of the line, such as the path in `LoadCredential=` (systemd.exec(5)).
    ///
    /// There are no quotes for it: white space at its end would be lost, and a backslash there would join the lines.
    ///
    /// - Throws: `Unwritable` for what `word(_:expansion:)` throws for, and for such an end.
    public static func remainder(_ text: String) throws(Unwritable) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            guard !isControl(scalar) else { throw Unwritable(scalar: scalar) }
            escaped += scalar == "%" ? "%%" : String(scalar)
        }
        if let last = text.unicodeScalars.last, last == "\\" || last.properties.isWhitespace {
            throw Unwritable(scalar: last)
        }
        return escaped
    }

    /// An `Environment=` value that sets one variable.
    ///
    /// - Throws: `Unwritable` as `word(_:expansion:)` does.
    public static func assignment(_ name: String, _ value: String) throws(Unwritable) -> String {
        try word("\(name)=\(value)", expansion: .specifiers)
    }

    /// A command line of `ExecStart=` and its like; every argument arrives unchanged.
    ///
    /// - Throws: `Unwritable` as `word(_:expansion:)` does.
    public static func commandLine(_ arguments: [String]) throws(Unwritable) -> String {
        var words: [String] = []
        for argument in arguments {
            words.append(try word(argument, expansion: .specifiersAndVariables))
        }
        return words.joined(separator: " ")
    }

    /// Whether text can be written at all: no control characters but tab.
    public static func isWritable(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0 != "\t" && isControl($0) }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || scalar.value == 0x7F
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
}

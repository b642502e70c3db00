// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A regular expression of Go's package `regexp`, compiled as `regexp.Compile` does and matched as `MatchString`.
///
/// The syntax is RE2's with Go's Perl flags (https://pkg.go.dev/regexp/syntax): no look-around, no back-references.
/// Matching takes time proportional to the text, whatever the expression, because it follows all alternatives at
/// once instead of trying one after the other.
///
/// Two things differ from Go: scripts such as `\p{Greek}` are refused, recognisably
/// (``SyntaxError/isUnsupportedHere``), and general categories are those of the Unicode version of Swift's
/// standard library.
public struct GoRegexp: Sendable {
    /// The expression as it was written.
    public let pattern: String
    /// Whether a match can only begin where the text begins.
    public let isAnchoredAtStart: Bool
    /// The text with which every match begins: the literal characters in front of anything else; may be empty.
    public let literalPrefix: String
    let program: Program

    /// Compiles an expression.
    public init(_ pattern: String) throws(SyntaxError) {
        var parser = Parser(pattern)
        let tree = try parser.parse()
        self.pattern = pattern
        isAnchoredAtStart = tree.isAnchoredAtStart
        literalPrefix = tree.literalPrefix(parser.sets.all)
        program = Program(tree, sets: parser.sets.all)
    }

    /// The empty expression, which every text matches.
    public static let anything = GoRegexp()

    private init() {
        pattern = ""
        isAnchoredAtStart = false
        literalPrefix = ""
        program = Program(.empty, sets: [])
    }

    /// Whether the expression matches somewhere in a text.
    public func matches(_ text: String) -> Bool {
        matches(utf8: text.utf8)
    }

    /// Whether the expression matches somewhere in bytes, which Go reads as UTF-8 with U+FFFD for each byte that is not.
    public func matches(utf8 bytes: some Sequence<UInt8>) -> Bool {
        program.matches(UTF8Scalars(bytes))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension GoRegexp {
    /// Why a text is not a regular expression, in the words of Go (`regexp/syntax`, `ErrorCode`).
    public struct SyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
        /// The kinds of errors; the raw value is Go's wording.
        public enum Reason: String, Sendable, CaseIterable {
            /// A range such as `z-a`, or a class with a name that does not exist.
            case invalidClassRange = "invalid character class range"
            /// A backslash before something that it does not escape; back-references too.
            case invalidEscape = "invalid escape sequence"
            /// A group's name that is no name.
            case invalidGroupName = "invalid named capture"
            /// `(?` before something that Go does not know, such as look-around.
            case invalidPerlSyntax = "invalid or unsupported Perl syntax"
            /// A repetition of a repetition, such as `**`.
            case nestedRepetition = "invalid nested repetition operator"
            /// A count above 1000, alone or multiplied with those it contains, or `{2,1}`.
            case invalidRepeatCount = "invalid repeat count"
            /// A class that is not closed.
            case missingBracket = "missing closing ]"
            /// A group that is not closed.
            case missingParenthesis = "missing closing )"
            /// A repetition of nothing.
            case missingRepeatArgument = "missing argument to repetition operator"
            /// A backslash at the end.
            case trailingBackslash = "trailing backslash at end of expression"
            /// A parenthesis that closes nothing.
            case unexpectedParenthesis = "unexpected )"
            /// More than 1000 levels.
            case tooDeep = "expression nests too deeply"
            /// A program too large to run.
            case tooLarge = "expression too large"
            /// A named class that Go may know and this implementation does not: a script.
            case unsupportedClass = "character class that cannot be judged here"
        }

        /// What kind of error it is.
        public var reason: Reason
        /// The part of the expression that Go quotes.
        public var fragment: String
        /// Where the mistake is, in Unicode scalars from the start of the expression.
        public var offset: Int

        /// Whether the expression may well be right for Go.
        public var isUnsupportedHere: Bool { reason == .unsupportedClass }

        /// The message, as Go writes it behind `error parsing regexp: `.
        public var description: String { "\(reason.rawValue): `\(fragment)`" }
    }
}

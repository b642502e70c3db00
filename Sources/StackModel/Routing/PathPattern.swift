// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import GoRegexp

/// The path expression of a route as cloudflared understands it: compiled, when that can be done here.
public enum PathPattern: Sendable {
    /// An expression that was understood.
    case expression(GoRegexp)
    /// One with a class that only cloudflared knows, such as `\p{Greek}`.
    case beyond(String)

    /// The most bytes of an expression: nginx reads no word of more than 4096, and every quote in it needs a backslash.
    public static let maximumSize = 2000

    /// Compiles an expression.
    ///
    /// - Throws: What is wrong with it, in Go's words.
    public init(_ pattern: String) throws(GoRegexp.SyntaxError) {
        do throws(GoRegexp.SyntaxError) {
            self = .expression(try GoRegexp(pattern))
        } catch {
            guard error.isUnsupportedHere else { throw error }
            self = .beyond(pattern)
        }
    }

    /// Whether the expression can only match from the beginning of a path.
    public var isAnchored: Bool {
        switch self {
        case .expression(let expression): expression.isAnchoredAtStart
        case .beyond(let pattern): pattern.hasPrefix("^")
        }
    }

    /// Whether an expression compiles and is yet written like a file pattern: `/api/*` means slashes, any number.
    public static func isGlobLike(_ pattern: String) -> Bool {
        var isInClass = false
        var previous: Character?
        for character in pattern {
            switch (previous, character) {
            case ("\\", _):
                previous = nil
                continue
            case (_, "["): isInClass = true
            case (_, "]"): isInClass = false
            case ("/", "*") where !isInClass: return true
            default: break
            }
            previous = character
        }
        return pattern.hasSuffix("*") && pattern.dropLast().allSatisfy(isPlain)
    }

    /// What to do about a file pattern: the regular expression that was probably meant.
    public static func hintForGlob(_ pattern: String) -> String {
        var text = pattern[...]
        for beginning in ["^", "/"] where text.hasPrefix(beginning) { text = text.dropFirst() }
        while let last = text.last, "*$/".contains(last) { text = text.dropLast() }
        let reason = "this is a regular expression, not a file pattern"
        if text.isEmpty { return "\(reason); leave 'path' out to take every path" }
        return "\(reason); write \(text.allSatisfy(isPlain) ? "^/\(text)(/.*)?$" : "it like ^/github(/.*)?$")"
    }

    /// What to do about an expression that cannot be compiled.
    public static func hint(for error: GoRegexp.SyntaxError, in pattern: String) -> String {
        switch error.reason {
        case .missingRepeatArgument where pattern.contains("*"), .nestedRepetition where pattern.contains("*"):
            return hintForGlob(pattern)
        case .invalidPerlSyntax, .invalidGroupName:
            let isLookAround = ["(?=", "(?!", "(?<=", "(?<!"].contains { error.fragment.hasPrefix($0) }
            if isLookAround {
                return "cloudflared's engine (RE2) has no look-around; put a narrower route before this one instead"
            }
        case .invalidEscape where error.fragment.dropFirst().first?.isNumber == true:
            return "cloudflared's engine (RE2) has no back-references"
        default: break
        }
        return "write it like ^/github(/.*)?$"
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "/_-".contains(character))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Checks the regular expressions of routes against what RE2, the engine of cloudflared, can read.
///
/// It finds the mistakes people make (globs, look-around, unbalanced brackets); the last word on everything else
/// has the program that runs the expression.
public enum PathPattern {
    /// The most bytes of an expression: nginx reads no word of more than 4096, and every quote in it needs a backslash.
    public static let maximumSize = 2000

    /// What is wrong with an expression, as a message; nil when nothing was found.
    public static func problem(with pattern: String) -> String? {
        var depth = 0
        var isRepeatable = false
        var rest = Array(pattern.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\":
                guard let escaped = rest.popFirst() else { return "a backslash at the end escapes nothing" }
                if ("1"..."9").contains(escaped) { return "back-references are not supported" }
                isRepeatable = true
            case "[":
                guard skipClass(&rest) else { return "'[' is never closed" }
                isRepeatable = true
            case "(":
                depth += 1
                if let problem = groupProblem(&rest) { return problem }
                isRepeatable = false
            case ")":
                depth -= 1
                if depth < 0 { return "')' closes nothing" }
                isRepeatable = true
            case "*", "+", "?":
                guard isRepeatable else {
                    return "'\(scalar)' has nothing to repeat; this is a regular expression, not a file pattern"
                }
                if rest.first == "?" { rest.removeFirst() }
                isRepeatable = false
            case "|", "^":
                isRepeatable = false
            default:
                isRepeatable = true
            }
        }
        return depth > 0 ? "'(' is never closed" : nil
    }

    private static func groupProblem(_ rest: inout ArraySlice<Unicode.Scalar>) -> String? {
        guard rest.first == "?" else { return nil }
        let head = String(String.UnicodeScalarView(rest.prefix(3)))
        if head.hasPrefix("?=") || head.hasPrefix("?!") || head == "?<=" || head == "?<!" {
            return "look-around ('(\(head.prefix(3))') is not supported by cloudflared's engine"
        }
        rest.removeFirst()
        if rest.first == "P" { rest.removeFirst() }
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return "a group's name is never closed" }
            rest = rest[(end + 1)...]
            return nil
        }
        guard let end = rest.firstIndex(where: { $0 == ":" || $0 == ")" }),
            rest[..<end].allSatisfy({ "imsU-".unicodeScalars.contains($0) })
        else { return "'(?' starts no group that cloudflared's engine knows" }
        rest = rest[(rest[end] == ":" ? end + 1 : end)...]
        return nil
    }

    /// Skips to behind the `]` of a class; a `]` right at its start is a member.
    private static func skipClass(_ rest: inout ArraySlice<Unicode.Scalar>) -> Bool {
        if rest.first == "^" { rest.removeFirst() }
        if rest.first == "]" { rest.removeFirst() }
        while let scalar = rest.popFirst() {
            if scalar == "]" { return true }
            if scalar == "\\" { _ = rest.popFirst() }
            if scalar == "[", rest.first == ":", let end = rest.firstIndex(of: "]") {
                rest = rest[(end + 1)...]
            }
        }
        return false
    }
}

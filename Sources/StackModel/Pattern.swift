// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import GoRegexp

/// Matches text with the regular expressions that the language's description has for the schema.
enum Pattern {
    static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let expression = try? GoRegexp(pattern) else {
            preconditionFailure("the language's own pattern '\(pattern)' is not understood")
        }
        return expression.matches(text)
    }
}

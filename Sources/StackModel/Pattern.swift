// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Matches text with the regular expressions that the language's description has for the schema.
enum Pattern {
    static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let regex = try? Regex(pattern) else { return false }
        return (try? regex.firstMatch(in: text)) != nil
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

/// Gives out valid names of servers, each once.
struct ServerNames {
    private var taken: Set<String> = []

    /// The most bytes of a name (``Hostname/isServerName(_:)``).
    private static let longest = 32

    /// The name itself when it is valid and free, otherwise one made of it.
    mutating func take(_ wanted: String) -> String {
        let slug = Self.slug(wanted)
        let base = slug.isEmpty ? "server" : slug
        var name = base
        var number = 2
        while !taken.insert(name).inserted {
            let suffix = "-\(number)"
            name = Self.trimmed(base.prefix(Self.longest - suffix.count)) + suffix
            number += 1
        }
        return name
    }

    /// Makes a name free again.
    mutating func giveBack(_ name: String) {
        taken.remove(name)
    }

    /// Lower-case letters, digits and single dashes, at most 32 of them; `GitHub MCP` becomes `github-mcp`.
    static func slug(_ text: String) -> String {
        var result = ""
        for scalar in text.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": result.unicodeScalars.append(scalar)
            default: if !result.isEmpty, !result.hasSuffix("-") { result += "-" }
            }
        }
        return trimmed(result.prefix(longest))
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.hasSuffix("-") { text.removeLast() }
        return String(text)
    }
}

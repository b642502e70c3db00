// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Everything that applying a stack installs, as a value: the files of one generation.
public struct Plan: Sendable, Equatable {
    /// One file of a generation.
    public enum Entry: Sendable, Equatable {
        /// A text file that everybody may read.
        case text(String)
        /// A symbolic link to the given target.
        case link(String)
    }

    /// The entries by their path below the generation's directory, such as `units/mcp-server-time.service`.
    public var entries: [String: Entry]
    /// The state record that `state.json` holds.
    public var state: InstalledState

    /// The paths of all entries, sorted.
    public var paths: [String] {
        entries.keys.sorted()
    }

    /// The text of an entry, or nil when there is none or it is a link.
    public func text(_ path: String) -> String? {
        if case .text(let text)? = entries[path] { text } else { nil }
    }
}

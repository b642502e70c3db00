// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A state file that cannot be used.
public struct StateFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which way it is unusable.
    public enum Code: String, Sendable {
        /// It cannot be opened or read.
        case unreadable
        /// It is not what `mcp-stack apply` writes.
        case malformed
        /// A newer mcp-stack wrote it.
        case newerFormat = "newer-format"
    }

    /// Which way it is unusable.
    public let code: Code
    /// The file.
    public let path: String
    /// What is wrong with it, as half a sentence.
    public let detail: String

    /// What a person can do about it.
    public var remedy: String {
        switch code {
        case .unreadable: "Give user mcp-stack the right to read it, then: systemctl restart mcp-stack"
        case .malformed: "Write it anew: mcp-stack apply"
        case .newerFormat: "Upgrade mcp-stack, or apply again with this version: mcp-stack apply"
        }
    }

    /// The file and what is wrong with it.
    public var description: String { "\(path): \(detail)" }
}

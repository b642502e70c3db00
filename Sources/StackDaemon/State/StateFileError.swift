// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A state file that cannot be used.
struct StateFileError: Error, Equatable, CustomStringConvertible {
    /// Which way it is unusable.
    enum Code: String {
        /// It cannot be opened or read.
        case unreadable
        /// It is not what `mcp-stack apply` writes.
        case malformed
        /// A newer mcp-stack wrote it.
        case newerFormat = "newer-format"
    }

    var code: Code
    var path: String
    var detail: String

    /// What a person can do about it.
    var remedy: String {
        switch code {
        case .unreadable: "Give user mcp-stack the right to read it, then: systemctl restart mcp-stack"
        case .malformed: "Write it anew: mcp-stack apply"
        case .newerFormat: "Upgrade mcp-stack, or apply again with this version: mcp-stack apply"
        }
    }

    var description: String { "\(path): \(detail)" }
}

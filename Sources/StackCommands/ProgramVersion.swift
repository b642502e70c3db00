// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The version of the program.
enum ProgramVersion {
    /// The version; a test holds it equal to the newest entry of debian/changelog.
    static let text = "0.1.0"
}

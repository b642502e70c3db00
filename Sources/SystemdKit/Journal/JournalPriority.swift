// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// How grave an entry is, in the numbers of syslog(3): smaller is graver.
public enum JournalPriority: Int, Sendable, Comparable, CaseIterable {
    /// The system is unusable.
    case emergency = 0
    /// Somebody must act at once.
    case alert
    /// Something important broke.
    case critical
    /// Something failed.
    case error
    /// Something may be about to fail.
    case warning
    /// Normal, and worth knowing.
    case notice
    /// Normal.
    case info
    /// For those who search for a fault.
    case debug

    /// Compares the numbers, so that `<= .warning` means at least as grave as a warning.
    public static func < (left: JournalPriority, right: JournalPriority) -> Bool {
        left.rawValue < right.rawValue
    }
}

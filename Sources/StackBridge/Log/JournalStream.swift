// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc

/// Tells whether standard error goes to the journal (systemd.exec(5), `$JOURNAL_STREAM`).
enum JournalStream {
    /// Whether the variable names this file: a parent of ours may have sent standard error elsewhere since.
    static func names(device: UInt64, inode: UInt64, _ variable: String?) -> Bool {
        let parts = variable?.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
        return parts == [device, inode]
    }

    /// Whether a descriptor is the journal's.
    static func isJournal(_ descriptor: CInt, _ variable: String?) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return names(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), variable)
    }
}

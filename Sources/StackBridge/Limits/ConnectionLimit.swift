// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc

/// How many connections a bridge takes at once.
enum ConnectionLimit {
    /// The connections that are wanted, or as many as the limit of open files leaves room for.
    ///
    /// Where a process has no descriptor left, nothing takes a connection out of the queue of its socket, and whoever
    /// waits for the socket to be readable spins (accept(2), `EMFILE`).
    static func effective(wanted: Int, descriptors: Int, children: Int) -> Int {
        min(wanted, max(fewest, descriptors - ownDescriptors - 3 * children))
    }

    /// The soft limit of open files (getrlimit(2)).
    static var descriptors: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Refused connections that may stay open at once until their clients have read why.
    static let maximumRefusals = 32

    /// What the bridge has open besides connections and the pipes of children.
    private static let ownDescriptors = 64 + maximumRefusals
    private static let fewest = 16
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CSystemd
internal import Glibc

/// The listening sockets that systemd passed to this process, as sd_listen_fds(3) describes.
public enum InheritedSockets {
    /// The descriptors passed, in the order of the socket unit; empty when the process was not socket-activated.
    ///
    /// They are marked close-on-exec, so that no child inherits them.
    public static func descriptors() -> [Int32] {
        let count = sd_listen_fds(0)
        guard count > 0 else { return [] }
        let first: Int32 = 3
        return (first..<(first + count)).map { descriptor in
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            return descriptor
        }
    }
}

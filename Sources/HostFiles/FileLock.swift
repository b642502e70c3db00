// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// A lock that one process at a time holds; the system releases it when the process ends, however it ends.
public struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock on a file, which is made when missing.
    ///
    /// - Throws: `HostFileError` with the code `.lock` and `EWOULDBLOCK` when another process holds it.
    public init(_ path: String) throws(HostFileError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HostFileError(.open, path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = HostFileError(.lock, path)
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(descriptor)
    }
}

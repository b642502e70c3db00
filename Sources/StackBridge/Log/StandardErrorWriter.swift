// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Dispatch
import Glibc
import Synchronization

/// Writes to standard error from a queue of its own, so that a reader who is slow holds up nobody.
///
/// Where nobody reads at all, text is dropped, and counted.
final class StandardErrorWriter: Sendable {
    /// The bytes that may wait.
    private static let maximumWaiting = 4 << 20

    private struct Backlog {
        var bytes = 0
        var dropped = 0
    }

    private let descriptor: CInt
    private let queue = DispatchQueue(label: "standard error")
    private let backlog = Mutex(Backlog())

    init(_ descriptor: CInt = STDERR_FILENO) {
        self.descriptor = descriptor
    }

    /// Writes a text in its turn.
    func write(_ text: String) {
        var bytes = Array(text.utf8)
        let isTaken = backlog.withLock { backlog in
            guard backlog.bytes + bytes.count <= Self.maximumWaiting else {
                backlog.dropped += 1
                return false
            }
            if backlog.dropped > 0 {
                bytes = Array("mcp-stack-bridge: \(backlog.dropped) texts for this log were dropped\n".utf8) + bytes
                backlog.dropped = 0
            }
            backlog.bytes += bytes.count
            return true
        }
        guard isTaken else { return }
        queue.async { [self, bytes] in
            Self.write(bytes, to: descriptor)
            backlog.withLock { $0.bytes -= bytes.count }
        }
    }

    /// Waits until everything is written, or for as many seconds.
    func flush(seconds: Int) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .seconds(seconds))
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                offset += count
            } else if errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}

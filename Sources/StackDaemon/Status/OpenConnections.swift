// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import Synchronization

/// Counts connections, so that nobody can open more of them than the server has descriptors for.
final class OpenConnections: Sendable {
    private let count = Atomic(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Lets a connection in, until it is closed; false when there are too many.
    func admit(_ channel: any Channel) -> Bool {
        let (_, now) = count.add(1, ordering: .relaxed)
        channel.closeFuture.whenComplete { _ in self.count.subtract(1, ordering: .relaxed) }
        return now <= limit
    }
}

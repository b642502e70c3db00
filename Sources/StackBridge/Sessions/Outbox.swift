// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// Messages of the child that no stream could take yet, oldest first, bounded in number and size.
struct Outbox {
    /// The messages kept.
    static let maximumCount = 128
    /// The bytes kept.
    static let maximumBytes = 1 << 20

    private var messages: [JSONRPCMessage] = []
    private var bytes = 0

    var isEmpty: Bool { messages.isEmpty }

    /// Keeps a message; returns the oldest ones that had to go for it.
    mutating func keep(_ message: JSONRPCMessage) -> [JSONRPCMessage] {
        messages.append(message)
        bytes += message.text.bytes.readableBytes
        var dropped = 0
        while dropped < messages.count, messages.count - dropped > Self.maximumCount || bytes > Self.maximumBytes {
            bytes -= messages[dropped].text.bytes.readableBytes
            dropped += 1
        }
        defer { messages.removeFirst(dropped) }
        return Array(messages.prefix(dropped))
    }

    /// Takes everything out.
    mutating func drain() -> [JSONRPCMessage] {
        defer {
            messages = []
            bytes = 0
        }
        return messages
    }
}

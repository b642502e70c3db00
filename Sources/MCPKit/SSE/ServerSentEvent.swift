// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

/// One event of a `text/event-stream` (WHATWG HTML, section 9.2).
public struct ServerSentEvent: Sendable, Equatable {
    /// The type, `message` unless the stream names another.
    public var event: String
    /// The data, its lines joined by LF.
    public var data: ByteBuffer
    /// The id that a client resumes from.
    public var id: String?

    /// Creates an event.
    public init(event: String = "message", data: ByteBuffer, id: String? = nil) {
        self.event = event
        self.data = data
        self.id = id
    }
}

extension ByteBuffer {
    /// Appends an event; every line of its data becomes a `data:` line of its own.
    public mutating func writeServerSentEvent(_ event: ServerSentEvent) {
        reserveCapacity(minimumWritableBytes: event.data.readableBytes + event.event.utf8.count + 32)
        writeString("event: \(event.event)\n")
        if let id = event.id { writeString("id: \(id)\n") }
        let view = event.data.readableBytesView
        var rest = view[...]
        while true {
            let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
            writeString("data: ")
            writeBytes(rest[rest.startIndex..<end])
            writeInteger(UInt8(0x0A))
            guard end < rest.endIndex else { break }
            let isPair = rest[end] == 0x0D && end + 1 < rest.endIndex && rest[end + 1] == 0x0A
            rest = rest[(end + (isPair ? 2 : 1))...]
        }
        writeInteger(UInt8(0x0A))
    }

    /// Appends a comment, which clients skip; it keeps a silent connection open.
    public mutating func writeServerSentComment(_ text: StaticString) {
        writeString(": \(text)\n\n")
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

/// Reads a `text/event-stream` as it arrives, in parts of any size (WHATWG HTML, section 9.2.6).
public struct ServerSentEventDecoder: Sendable {
    /// An event or line is longer than allowed.
    public struct TooLong: Error, Equatable, Sendable {}

    private let maximum: Int
    private var line: [UInt8] = []
    private var afterCR = false
    private var isFirstLine = true
    private var event = ""
    private var data: [UInt8]?
    private var id: String?

    /// Creates a decoder that refuses events of more than `maximum` bytes.
    public init(maximum: Int = LineFramer.defaultMaximum) {
        self.maximum = maximum
    }

    /// Takes the next part of the stream and returns the events that it completes.
    ///
    /// - Throws: `TooLong`; the stream cannot be read on after that.
    public mutating func decode(_ part: ByteBuffer) throws(TooLong) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in part.readableBytesView {
            let followsCR = afterCR
            afterCR = byte == 0x0D
            if byte == 0x0A && followsCR { continue }
            if byte == 0x0A || byte == 0x0D {
                if let event = try endLine() { events.append(event) }
            } else {
                line.append(byte)
                guard line.count <= maximum else { throw TooLong() }
            }
        }
        return events
    }

    private mutating func endLine() throws(TooLong) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == 0x20 { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": event = String(decoding: value, as: UTF8.self)
        case "data":
            data = data.map { $0 + [0x0A] + value } ?? Array(value)
            guard (data?.count ?? 0) <= maximum else { throw TooLong() }
        case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event = ""
            data = nil
        }
        guard let data else { return nil }
        return ServerSentEvent(event: event.isEmpty ? "message" : event, data: ByteBuffer(bytes: data), id: id)
    }
}

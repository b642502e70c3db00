// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

/// Reads a `text/event-stream` as it arrives, in parts of any size (WHATWG HTML, section 9.2.6).
public struct ServerSentEventDecoder: Sendable {
    /// An event or line is longer than allowed.
    public struct TooLong: Error, Equatable, Sendable {}

    /// The id of the last event, which may have had nothing else.
    public private(set) var lastEventID: String?
    /// How long to wait before the stream is asked for again, in milliseconds; nil when the server has not said so.
    public private(set) var retry: Int64?

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
        var rest = part.readableBytesView[...]
        while let first = rest.first {
            if afterCR, first == 0x0A { rest = rest.dropFirst() }
            afterCR = false
            let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D }
            line.append(contentsOf: rest[..<(end ?? rest.endIndex)])
            guard line.count <= maximum else { throw TooLong() }
            guard let end else { break }
            afterCR = rest[end] == 0x0D
            rest = rest[(end + 1)...]
            if let event = try endLine() { events.append(event) }
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
            if data == nil { data = [] } else { data?.append(0x0A) }
            data?.append(contentsOf: value)
            guard (data?.count ?? 0) <= maximum else { throw TooLong() }
        case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
        case "retry": retry = Int64(String(decoding: value, as: UTF8.self)).flatMap { $0 >= 0 ? $0 : nil } ?? retry
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event = ""
            data = nil
        }
        lastEventID = id
        guard let data else { return nil }
        return ServerSentEvent(event: event.isEmpty ? "message" : event, data: ByteBuffer(bytes: data), id: id)
    }
}

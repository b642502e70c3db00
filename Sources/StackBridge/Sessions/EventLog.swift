// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// The last events of a session's streams, for clients whose connection broke (2025-11-25, "Resumability").
///
/// An event's id is `STREAM-NUMBER`, which names it once in the session. Both the number of events and their bytes
/// are bounded; what is gone cannot be replayed, and the client is served as one that asks for nothing.
struct EventLog {
    /// The events kept.
    static let maximumCount = 64
    /// The bytes kept.
    static let maximumBytes = 256 << 10

    /// An event that can be sent again.
    struct Entry: Equatable {
        var stream: UInt64
        var number: Int
        var bytes: ByteBuffer

        var id: String { "\(stream)-\(number)" }
    }

    private var entries: [Entry] = []
    private var bytes = 0
    private var lastNumbers: [UInt64: Int] = [:]
    /// Streams on which nothing more comes.
    private var finished: Set<UInt64> = []
    /// The stream that a later exchange goes on with.
    private var continued: [ExchangeID: UInt64] = [:]

    /// Keeps an event that goes out on an exchange, and names it.
    mutating func record(_ event: ByteBuffer, on exchange: ExchangeID) -> String {
        let stream = continued[exchange] ?? exchange.rawValue
        let number = (lastNumbers[stream] ?? 0) + 1
        lastNumbers[stream] = number
        let entry = Entry(stream: stream, number: number, bytes: event)
        entries.append(entry)
        bytes += event.readableBytes
        var hasDropped = false
        while entries.count > Self.maximumCount || bytes > Self.maximumBytes, !entries.isEmpty {
            bytes -= entries.removeFirst().bytes.readableBytes
            hasDropped = true
        }
        if hasDropped { prune() }
        return entry.id
    }

    /// The stream that an event belonged to and what came after it; nil when that is not known any more.
    func replay(after id: String) -> (stream: UInt64, entries: [Entry])? {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let stream = UInt64(parts[0]), let number = Int(parts[1]),
            let last = lastNumbers[stream], number <= last
        else { return nil }
        let missed = entries.filter { $0.stream == stream && $0.number > number }
        // What came next may have had to go.
        guard missed.count == last - number else { return nil }
        return (stream, missed)
    }

    /// From now on an exchange goes on with an older stream.
    mutating func `continue`(_ stream: UInt64, on exchange: ExchangeID) {
        continued[exchange] = stream
        finished.remove(stream)
    }

    /// An exchange is over, and nothing more comes on its stream.
    mutating func forget(_ exchange: ExchangeID) {
        let stream = continued.removeValue(forKey: exchange) ?? exchange.rawValue
        // Most exchanges are answered without an event.
        guard lastNumbers[stream] != nil else { return }
        // A stream that went on elsewhere outlives the exchange it began with.
        guard !continued.values.contains(stream) else { return }
        finished.insert(stream)
        prune()
    }

    /// Forgets streams that are over and of which nothing is kept.
    private mutating func prune() {
        let kept = Set(entries.map(\.stream))
        for stream in finished where !kept.contains(stream) {
            finished.remove(stream)
            lastNumbers[stream] = nil
        }
    }
}

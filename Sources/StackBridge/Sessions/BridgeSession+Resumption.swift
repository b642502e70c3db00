// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// Streams that break and go on (2025-11-25, Streamable HTTP, "Resumability and Redelivery").
extension BridgeSession {
    /// Names an event that goes out, so that a client can say which one it saw last.
    mutating func name(_ event: ByteBuffer, on exchange: ExchangeID) -> String? {
        isPair ? nil : log.record(event, on: exchange)
    }

    /// Names the empty event that lets a client come back before anything was sent; nil for clients that do not
    /// expect one.
    mutating func prime(_ exchange: ExchangeID) -> String? {
        guard !isPair, let version, version >= .v2025_11_25 else { return nil }
        return log.record(ByteBuffer(), on: exchange)
    }

    /// A client comes back for what it missed of a stream.
    mutating func resume(after id: String, _ exchange: ExchangeID, now: NIODeadline) -> [SessionAction] {
        guard let (stream, missed) = log.replay(after: id) else { return openStream(exchange, now: now) }
        let replayed = missed.map { SessionAction.replayEvent(exchange, $0.bytes, id: $0.id) }
        let origin = ExchangeID(rawValue: stream)
        if standalone.contains(stream) {
            // It goes on with what has come since on the stream that takes its place.
            let opened = openStream(exchange, now: now)
            guard let begin = opened.firstIndex(of: .beginEvents(exchange, fields: [])) else { return opened }
            return Array(opened[...begin]) + replayed + opened[(begin + 1)...]
        }
        idleSince = now
        let source = resumed[origin] ?? origin
        guard var state = exchanges.removeValue(forKey: source) else {
            return [.beginEvents(exchange, fields: [])] + replayed + [.endEvents(exchange)]
        }
        state.isDetached = false
        state.lastEvent = now
        exchanges[exchange] = state
        resumed[origin] = exchange
        for number in pending.keys where pending[number]?.exchange == source { pending[number]?.exchange = exchange }
        log.continue(stream, on: exchange)
        // The older connection, if it is still there, is not the one that the client reads.
        return [.endEvents(source), .beginEvents(exchange, fields: [])] + replayed
    }
}

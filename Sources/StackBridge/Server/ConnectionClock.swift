// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// Decides when a connection has kept its place for long enough without use.
struct ConnectionClock {
    /// What a connection is about.
    enum Phase {
        /// Between requests, or the head of one arrives.
        case idle
        /// A body arrives.
        case arriving
        /// The client waits.
        case answering
    }

    /// The bytes of a body that buy its sender another second, once the first patience is over.
    ///
    /// A client that sends a byte now and then would otherwise hold its connection, and the place of another, for as
    /// long as it likes.
    static let slowestSender = 8 << 10

    /// When the client or the bridge last did something.
    private(set) var lastProgress: NIODeadline
    /// When the head of the request was there.
    private(set) var requestBegan: NIODeadline
    private var arrivedBytes = 0
    private var unwritten = 0

    init(now: NIODeadline) {
        lastProgress = now
        requestBegan = now
    }

    /// A request begins: its head is there.
    mutating func began(now: NIODeadline) {
        (lastProgress, requestBegan, arrivedBytes) = (now, now, 0)
    }

    /// A part of its body came.
    mutating func received(bytes: Int, now: NIODeadline) {
        lastProgress = now
        arrivedBytes += bytes
    }

    /// Its end came, or its answer was written.
    mutating func advanced(now: NIODeadline) {
        lastProgress = now
    }

    /// Whether nothing has happened for too long, the client does not read what waits for it (`unwritten` bytes), or
    /// its request trickles in.
    mutating func isOver(_ phase: Phase, unwritten bytes: Int, patience: TimeAmount, now: NIODeadline) -> Bool {
        let before = unwritten
        unwritten = bytes
        // Who waits for an answer need not do anything.
        if bytes < before || (phase == .answering && (bytes == 0 || before == 0)) { lastProgress = now }
        let longest = patience + .seconds(Int64(arrivedBytes / Self.slowestSender))
        return now - lastProgress >= patience || (phase == .arriving && now - requestBegan >= longest)
    }
}

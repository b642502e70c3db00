// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// What a bridge has counted since it started.
struct BridgeMetrics: Equatable {
    /// A status and why it was answered.
    struct Refusal: Hashable {
        var status: UInt
        var reason: RefusalReason
    }

    private(set) var sessionsOpened: UInt64 = 0
    private(set) var sessionsEnded: [SessionEnding: UInt64] = [:]
    private(set) var statelessRequests: UInt64 = 0
    private(set) var refusals: [Refusal: UInt64] = [:]
    private(set) var childStarts: UInt64 = 0
    private(set) var childRestarts: UInt64 = 0
    private(set) var childEnds: [ChildEnding: UInt64] = [:]
    /// The bytes of bodies of requests.
    private(set) var receivedBytes: UInt64 = 0
    /// The bytes of bodies of answers, with the events of streams.
    private(set) var sentBytes: UInt64 = 0
    private var requests = [UInt64](
        repeating: 0, count: RequestMethod.allCases.count * SettledRequest.Outcome.allCases.count)
    private var latencies = [LatencyHistogram](repeating: LatencyHistogram(), count: RequestMethod.allCases.count)
    /// Whether a child ended that is still needed.
    private var isReplacing = false

    /// How many requests of a method came out so.
    func requests(_ method: RequestMethod, _ outcome: SettledRequest.Outcome) -> UInt64 {
        requests[Self.place(method, outcome)]
    }

    /// How long the requests of a method took.
    func latency(_ method: RequestMethod) -> LatencyHistogram { latencies[method.rawValue] }

    // Counted once: `allCases` makes an array whenever it is asked for.
    private static let outcomes = SettledRequest.Outcome.allCases.count

    private static func place(_ method: RequestMethod, _ outcome: SettledRequest.Outcome) -> Int {
        method.rawValue * outcomes + outcome.rawValue
    }
}

extension BridgeMetrics {
    mutating func settled(_ request: SettledRequest) {
        requests[Self.place(request.method, request.outcome)] += 1
        // How long a stream of news stays open says nothing about the server.
        if let duration = request.duration, request.method != .listen {
            latencies[request.method.rawValue].record(duration)
        }
    }

    mutating func refused(_ reason: RefusalReason, status: UInt) {
        refusals[Refusal(status: status, reason: reason), default: 0] += 1
    }

    mutating func sessionOpened() {
        sessionsOpened += 1
    }

    mutating func sessionEnded(_ ending: SessionEnding) {
        sessionsEnded[ending, default: 0] += 1
    }

    mutating func statelessRequest() {
        statelessRequests += 1
    }

    mutating func childStarted() {
        childStarts += 1
        if isReplacing { childRestarts += 1 }
        isReplacing = false
    }

    mutating func childEnded(_ ending: ChildEnding) {
        childEnds[ending, default: 0] += 1
        if ending != .wanted { isReplacing = true }
    }

    mutating func received(bytes: Int) {
        receivedBytes += UInt64(bytes)
    }

    mutating func sent(bytes: Int) {
        sentBytes += UInt64(bytes)
    }
}

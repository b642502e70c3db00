// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

extension BridgeMetrics {
    /// What a bridge has open now.
    struct Levels: Equatable {
        var sessions = 0
        var streams = 0
        var pending = 0
        var connections = 0
        var children = 0
    }

    /// The media type of `text` (OpenMetrics 1.0, "Text format").
    static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    /// All metrics as OpenMetrics text; the server's name is for the collector to add.
    func text(_ levels: Levels) -> String {
        var text = OpenMetricsText()
        text.gauge("sessions", "Sessions that are open.", levels.sessions)
        text.counter("sessions_opened", "Sessions that were begun.", sessionsOpened)
        text.family("sessions_ended", .counter, "Sessions that have ended, by reason.")
        for ending in SessionEnding.allCases {
            text.sample("sessions_ended_total", [("reason", ending.rawValue)], sessionsEnded[ending] ?? 0)
        }
        appendRequests(to: &text)
        text.counter("stateless_requests", "Requests of clients without sessions.", statelessRequests)
        text.gauge("pending_requests", "Requests that wait for the server.", levels.pending)
        text.family("refusals", .counter, "Requests and connections that the bridge refused.")
        for (refusal, count) in refusals.sorted(by: { $0.key < $1.key }) {
            text.sample(
                "refusals_total", [("status", String(refusal.status)), ("reason", refusal.reason.rawValue)], count)
        }
        text.gauge("streams", "Event streams that are open.", levels.streams)
        text.gauge("connections", "Connections that are open.", levels.connections)
        text.counter("received_bytes", unit: "bytes", "Bytes of the bodies of requests.", receivedBytes)
        text.counter("sent_bytes", unit: "bytes", "Bytes of the bodies of answers.", sentBytes)
        text.gauge("children", "Processes of the server that run, or are being ended.", levels.children)
        text.counter("child_starts", "Processes of the server that were started.", childStarts)
        text.counter("child_restarts", "Of these, those that replace one which ended by itself.", childRestarts)
        text.family("child_exits", .counter, "Processes of the server that have ended, by cause.")
        for ending in ChildEnding.allCases {
            text.sample("child_exits_total", [("cause", ending.rawValue)], childEnds[ending] ?? 0)
        }
        return text.finished
    }

    private func appendRequests(to text: inout OpenMetricsText) {
        text.family("requests", .counter, "Requests by method and outcome.")
        for method in RequestMethod.allCases {
            for outcome in SettledRequest.Outcome.allCases {
                let count = requests(method, outcome)
                guard count > 0 else { continue }
                text.sample("requests_total", [("method", method.name), ("outcome", outcome.label)], count)
            }
        }
        text.family("request_duration_seconds", .histogram, unit: "seconds", "How long the server took to answer.")
        for method in RequestMethod.allCases {
            let latency = latency(method)
            guard latency.count > 0 else { continue }
            let label = [("method", method.name)]
            var sum: UInt64 = 0
            for (bound, count) in zip(LatencyHistogram.bounds, latency.buckets) {
                sum += count
                let upper = OpenMetricsText.seconds(nanoseconds: UInt64(bound) * 1_000_000)
                text.sample("request_duration_seconds_bucket", label + [("le", upper)], sum)
            }
            text.sample("request_duration_seconds_bucket", label + [("le", "+Inf")], latency.count)
            text.sample("request_duration_seconds_count", label, latency.count)
            text.sample(
                "request_duration_seconds_sum", label, OpenMetricsText.seconds(nanoseconds: latency.nanoseconds))
        }
    }
}

extension BridgeMetrics.Refusal: Comparable {
    /// By status, then by reason.
    static func < (left: Self, right: Self) -> Bool {
        (left.status, left.reason.rawValue) < (right.status, right.reason.rawValue)
    }
}

/// Text in the format of OpenMetrics 1.0; every name begins with `mcp_bridge_`.
private struct OpenMetricsText {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private var text = ""

    /// Begins a family of samples.
    mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String) {
        text += "# TYPE mcp_bridge_\(name) \(kind.rawValue)\n"
        if let unit { text += "# UNIT mcp_bridge_\(name) \(unit)\n" }
        text += "# HELP mcp_bridge_\(name) \(help)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: some CustomStringConvertible) {
        let list = labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
        text += "mcp_bridge_\(name)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
    }

    mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        family(name, .gauge, help)
        sample(name, [], value)
    }

    mutating func counter(_ name: String, unit: String? = nil, _ help: String, _ value: UInt64) {
        family(name, .counter, unit: unit, help)
        sample("\(name)_total", [], value)
    }

    /// The whole text, with its end.
    var finished: String { text + "# EOF\n" }

    /// Seconds in decimal, exactly and without an exponent, and with at least one digit after the point.
    static func seconds(nanoseconds: UInt64) -> String {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let digits = String(rest)
        var fraction = Substring(String(repeating: "0", count: 9 - digits.utf8.count) + digits)
        while fraction.hasSuffix("0"), fraction.utf8.count > 1 { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials

/// The random name that a quick tunnel got, as its connector tells it.
enum QuickTunnel {
    private struct Answer: Decodable {
        var hostname: String
    }

    /// The URL, asked for at cloudflared's metrics address (`metrics/metrics.go`, `/quicktunnel`).
    static func url(metrics: String) -> String? {
        guard let port = metrics.split(separator: ":").last.flatMap({ Int($0) }),
            let body = try? SocketExchange(address: .loopback(port: port)).get("/quicktunnel")
        else { return nil }
        return url(in: body)
    }

    static func url(in body: [UInt8]) -> String? {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)), !answer.hostname.isEmpty else {
            return nil
        }
        return "https://\(answer.hostname)"
    }
}

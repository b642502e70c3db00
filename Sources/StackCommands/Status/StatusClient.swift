// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials
internal import Supervision

/// Asks the daemon over its socket how the stack is doing.
struct StatusClient: Sendable {
    /// The daemon's socket.
    var socket: String

    /// The daemon's report.
    func report() throws(SocketExchange.Failure) -> StatusReport {
        let body = try SocketExchange(address: .unix(path: socket)).get("/status")
        guard let report = try? JSONDecoder().decode(StatusReport.self, from: Data(body)) else { throw .noAnswer }
        return report
    }
}

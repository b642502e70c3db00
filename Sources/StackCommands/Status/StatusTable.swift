// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials
internal import Supervision

/// Renders a report as the table that `mcp-stack status` shows.
struct StatusTable {
    let isColoured: Bool

    func render(_ report: StatusReport) -> String {
        guard let generation = report.generation else {
            return "Nothing is applied yet. Run 'mcp-stack init', then 'mcp-stack apply'.\n"
        }
        var rows = [["SERVER", "STATE", "RESTARTS", "WHERE", ""]]
        for server in report.servers {
            rows.append([
                server.name, server.state.rawValue, String(server.restarts), server.endpoints.first ?? "-",
                server.detail,
            ])
            for endpoint in server.endpoints.dropFirst() { rows.append(["", "", "", endpoint, ""]) }
        }
        var text = table(
            rows, states: [nil] + report.servers.flatMap { [$0.state] + $0.endpoints.dropFirst().map { _ in nil } })
        if let connector = report.connector {
            text += "\n\(connector.kind): \(paint(connector.state.rawValue, connector.state))"
            text += connector.detail.isEmpty ? "" : " (\(connector.detail))"
        }
        text += "\ngeneration: \(generation)\n"
        guard !report.problems.isEmpty else { return text }
        text += "\nRecent problems, newest first (mcp-stack logs shows more):\n"
        for problem in report.problems.prefix(5) {
            text += "  \(Self.time(problem.time))  \(problem.server ?? problem.unit): \(problem.message)\n"
        }
        return text
    }

    private func table(_ rows: [[String]], states: [StatusReport.State?]) -> String {
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return zip(rows, states).map { row, state in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = column < 4 ? String(repeating: " ", count: widths[column] - cell.count + 2) : ""
                line += (column == 1 ? state.map { paint(cell, $0) } ?? cell : cell) + padding
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    private func paint(_ text: String, _ state: StatusReport.State) -> String {
        guard isColoured else { return text }
        let colour =
            switch state {
            case .healthy, .idle: "32"
            case .starting, .degraded, .unknown: "33"
            case .failing, .givenUp: "31"
            case .stopped: "2"
            }
        return "\u{1B}[\(colour)m\(text)\u{1B}[0m"
    }

    /// A moment in UTC, since the time zone's rules would need a library as large as the program.
    static func time(_ microseconds: UInt64) -> String {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000).ISO8601Format()
    }
}

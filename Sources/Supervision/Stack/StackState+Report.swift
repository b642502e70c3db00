// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension StackState {
    /// The state as the status socket serves it.
    public var report: StatusReport {
        StatusReport(
            source: .daemon,
            generation: stack.generation,
            servers: servers.map { health in
                StatusReport.Server(
                    name: health.server.name, state: health.state, detail: health.detail,
                    unit: health.server.service, restarts: health.restarts, endpoints: health.server.endpoints)
            },
            connector: connectorReport,
            problems: problems)
    }

    /// The state in one line, for `systemctl status`.
    public var summary: String {
        guard stack.generation != nil else { return "nothing applied yet (run: mcp-stack apply)" }
        var text = servers.count == 1 ? "1 server" : "\(servers.count) servers"
        let counts = StatusReport.State.allCases.compactMap(count)
        if !counts.isEmpty { text += ": " + counts.joined(separator: ", ") }
        if let connector = connectorReport {
            text += "; \(connector.kind) \(connector.state == .healthy ? "up" : connector.state.rawValue)"
        }
        return text
    }

    private func count(_ state: StatusReport.State) -> String? {
        let names = servers.filter { $0.state == state }.map(\.server.name)
        guard !names.isEmpty else { return nil }
        let text = "\(names.count) \(state.rawValue)"
        switch state {
        case .degraded, .failing, .givenUp:
            // Enough to know where to look; the whole list is in `mcp-stack status`.
            let shown = names.prefix(3).joined(separator: ", ")
            return "\(text) (\(shown)\(names.count > 3 ? ", …" : ""))"
        default: return text
        }
    }

    private var connectorReport: StatusReport.Connector? {
        guard let watched = stack.connector, let connector else { return nil }
        // A connector is judged as a server of one unit without a socket.
        let health = ServerHealth(
            WatchedStack.Server(name: watched.kind, service: watched.unit), judged: connector)
        return StatusReport.Connector(
            kind: watched.kind, unit: watched.unit, state: health.state, detail: health.detail)
    }
}

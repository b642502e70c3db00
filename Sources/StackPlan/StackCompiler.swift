// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import StackModel
internal import StackRecord
public import UnitFile

/// Compiles a stack and the facts of a machine into the files of a generation.
///
/// Pure: the same stack and facts give the same plan, byte for byte.
public struct StackCompiler: Sendable {
    let stack: Stack
    let facts: Facts

    /// Creates a compiler.
    public init(stack: Stack, facts: Facts) {
        self.stack = stack
        self.facts = facts
    }

    /// The plan.
    ///
    /// - Throws: `UnitValue.Unwritable` for text that no unit file can hold; the model lets none through.
    public func plan() throws(UnitValue.Unwritable) -> Plan {
        var entries: [String: Plan.Entry] = [:]
        func add(_ unit: String, _ file: UnitFile, isWanted: Bool) {
            entries["units/\(unit)"] = .text(file.text)
            if isWanted {
                entries["units/mcp-stack.target.wants/\(unit)"] = .link("../\(unit)")
            }
        }
        for server in stack.servers {
            guard let units = try serverUnits(server) else { continue }
            add(server.serviceUnit, units.service, isWanted: server.start == .always)
            if let socket = units.socket {
                add(server.socketUnit, socket, isWanted: true)
            }
        }
        let connector = connector
        switch stack.tunnel {
        case .local:
            entries["gateway/nginx.conf"] = .text(GatewayConfiguration(stack: stack, facts: facts).text)
            add(connector.unit, gatewayUnit(), isWanted: true)
        case .named(let tunnel):
            entries["connector/config.yml"] = .text(ConnectorConfiguration(stack: stack, header: header).text)
            add(connector.unit, try connectorUnit(tunnel), isWanted: true)
        case .quick:
            entries["connector/config.yml"] = .text(ConnectorConfiguration(stack: stack, header: header).text)
            add(connector.unit, try quickTunnelUnit(), isWanted: true)
        }
        let state = InstalledState(
            generation: facts.generation, servers: stack.servers.map(record), connector: connector)
        entries["state.json"] = .text(state.json)
        if let remote = RemotePlan(stack) { entries["remote.json"] = .text(remote.json) }
        return Plan(entries: entries, state: state)
    }

    var connector: InstalledState.Connector {
        switch stack.tunnel {
        case .local:
            InstalledState.Connector(kind: .gateway, unit: "mcp-gateway.service", metrics: nil)
        case .named, .quick:
            InstalledState.Connector(
                kind: .tunnel, unit: "mcp-connector@\(facts.connectorGeneration).service",
                metrics: "127.0.0.1:\(20300 + facts.connectorGeneration % 100)")
        }
    }

    /// The comment lines on top of every file; the name of the stack file cannot end one.
    var header: [String] {
        [
            "Generation \(facts.generation), made by mcp-stack from \(YAMLText.comment(facts.stackFile)).",
            "Edit that file and run 'mcp-stack apply'; override a unit with 'systemctl edit'.",
        ]
    }

    /// The units that run services elsewhere: what carries requests to them starts after them.
    var foreignUnits: [UnitFile.Directive] {
        let units = stack.servers.compactMap(\.unit?.value)
        return units.isEmpty ? [] : [.init("After", units.joined(separator: " "))]
    }

    private func record(_ server: Server) -> InstalledState.Server {
        let kind: InstalledState.Server.Kind =
            switch server.program {
            case .stdio, .proxied, .status: .bridged
            case .http: .native
            case .external: .external
            }
        let start: InstalledState.Server.Start? =
            kind == .external ? nil : server.start == .always ? .always : .onDemand
        return InstalledState.Server(
            name: server.name.value, kind: kind, start: start, service: kind == .external ? nil : server.serviceUnit,
            socket: server.isBridged ? server.socketUnit : nil, foreignUnit: server.unit?.value,
            endpoints: endpoints(of: server))
    }
}

extension Server {
    /// The name of the server's service unit.
    var serviceUnit: String { "mcp-server-\(name.value).service" }
    /// The name of the server's socket unit.
    var socketUnit: String { "mcp-server-\(name.value).socket" }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

/// What one mapping, a server or the defaults, says about the settings; nil where it says nothing.
struct SettingsFragment {
    var restartDelay: Duration?
    var restartMaximumDelay: Duration?
    var memory: Int?
    var tasks: Int?
    var cpu: Int?
    var sandbox = SandboxFragment()
    var network: NetworkAccess?
    var idleTimeout: Duration?
    var startTimeout: Duration?
    var drain: Duration?
    var sessions: ServerSettings.Sessions?
    var origin = OriginRequest()
    var access: Located<Route.Access>?

    init() {}

    /// Takes the keys of settings from a mapping.
    init(_ map: inout MappingReader, _ findings: Findings) {
        restart(&map, findings)
        limits(&map, findings)
        sandbox = map.take("sandbox").map { SandboxFragment($0, findings) } ?? SandboxFragment()
        network = map.take("network").flatMap { Self.network($0, findings) }
        idleTimeout = map.take("idle-timeout").flatMap { $0.duration(findings) }
        startTimeout = map.take("start-timeout").flatMap { $0.duration(findings) }
        drain = map.take("drain").flatMap { $0.duration(findings) }
        sessions = map.take("sessions").flatMap { $0.choice(findings) }
        origin = map.take("origin").map { OriginRequest(decoding: $0, findings) } ?? OriginRequest()
    }

    /// The settings that result where this fragment has the last word and another one the word before.
    func settings(over defaults: SettingsFragment) -> ServerSettings {
        var settings = ServerSettings()
        func fill<Value>(_ path: WritableKeyPath<ServerSettings, Value>, _ own: Value?, _ general: Value?) {
            if let value = own ?? general { settings[keyPath: path] = value }
        }
        fill(\.restartDelay, restartDelay, defaults.restartDelay)
        fill(\.restartMaximumDelay, restartMaximumDelay, defaults.restartMaximumDelay)
        fill(\.memory, memory, defaults.memory)
        fill(\.tasks, tasks, defaults.tasks)
        fill(\.cpu, cpu, defaults.cpu)
        fill(\.network, network, defaults.network)
        fill(\.idleTimeout, idleTimeout, defaults.idleTimeout)
        fill(\.startTimeout, startTimeout, defaults.startTimeout)
        fill(\.drain, drain, defaults.drain)
        fill(\.sessions, sessions, defaults.sessions)
        settings.sandbox = sandbox.sandbox(over: defaults.sandbox)
        settings.origin = origin.filled(from: defaults.origin)
        return settings
    }

    private mutating func restart(_ map: inout MappingReader, _ findings: Findings) {
        guard let node = map.take("restart"),
            var restart = MappingReader(node, Language.restart, "'restart'", findings)
        else { return }
        restartDelay = restart.take("delay").flatMap { $0.duration(findings) }
        restartMaximumDelay = restart.take("max-delay").flatMap { $0.duration(findings) }
        restart.finish()
        if let restartDelay, let restartMaximumDelay, restartDelay > restartMaximumDelay {
            findings.error(.contradiction, "'delay' is longer than 'max-delay'", at: node.range)
        }
    }

    private mutating func limits(_ map: inout MappingReader, _ findings: Findings) {
        guard let node = map.take("limits"), var limits = MappingReader(node, Language.limits, "'limits'", findings)
        else { return }
        memory = limits.take("memory").flatMap { $0.size(findings) }
        tasks = limits.take("tasks").flatMap { $0.int(findings, in: 1...1_000_000) }
        cpu = limits.take("cpu").flatMap { $0.percentage(findings) }
        limits.finish()
    }

    private enum NetworkWord: String, CaseIterable {
        case none, loopback, outbound, full
    }

    private static func network(_ node: Node, _ findings: Findings) -> NetworkAccess? {
        if case .mapping = node.content {
            guard var map = MappingReader(node, Language.network, "'network'", findings) else { return nil }
            defer { map.finish() }
            guard let items = map.require("outbound")?.items(findings) else { return nil }
            let exceptions = items.compactMap { item -> String? in
                guard let text = item.line(findings) else { return nil }
                if IPAddress.isNetwork(text) { return text }
                findings.error(
                    .invalidValue, "expected an IP address or a network such as 192.168.1.0/24", at: item.range,
                    hint: "systemd filters addresses, not names")
                return nil
            }
            return .outbound(exceptions: exceptions)
        }
        switch node.choice(findings, NetworkWord.self) {
        case .some(.none): return NetworkAccess.none
        case .loopback: return .loopback
        case .outbound: return .outbound(exceptions: [])
        case .full: return .full
        case nil: return nil
        }
    }

}

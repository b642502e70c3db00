// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel
internal import UnitFile

/// The directives that shut a server off from the machine (systemd.exec(5), systemd.resource-control(5)).
struct Confinement {
    let server: Server
    let facts: Facts

    func directives() throws(UnitValue.Unwritable) -> [UnitFile.Directive] {
        var result: [UnitFile.Directive] = []
        switch server.settings.sandbox.profile {
        case .strict: result += Self.strict(families: families, needsHome: needsHome, systemd: facts.systemd)
        case .standard: result += Self.standard(families: families + ["AF_NETLINK"], needsHome: needsHome)
        case .none: result.append(.init("DynamicUser", "yes"))
        }
        if server.program == .status {
            // A program without a just-in-time compiler never maps memory writable and executable.
            result.append(.init("MemoryDenyWriteExecute", "yes"))
        }
        result = Self.refined(result, server.settings.sandbox.refinements)
        result += try paths()
        result += network
        return result
    }

    /// What every program of a strict sandbox gets; the connector and the gateway share it with the servers.
    static func strict(
        families: [String], needsHome: Bool = false, systemd: SystemdRelease
    ) -> [UnitFile.Directive] {
        let shared = standard(families: families, needsHome: needsHome).map { directive in
            switch directive.key {
            case "PrivateTmp" where systemd.hasDisconnectedTmp: UnitFile.Directive("PrivateTmp", "disconnected")
            case "ProtectControlGroups" where systemd.hasStrictControlGroups:
                UnitFile.Directive("ProtectControlGroups", "strict")
            default: directive
            }
        }
        return shared + [
            .init("PrivateMounts", "yes"),
            .init("PrivateUsers", "yes"),
            .init("ProtectProc", "invisible"),
            .init("ProcSubset", "pid"),
            .init("ProtectClock", "yes"),
            .init("ProtectHostname", "yes"),
            .init("RestrictNamespaces", "yes"),
            .init("RestrictRealtime", "yes"),
            .init("RemoveIPC", "yes"),
            .init("LockPersonality", "yes"),
            .init("SystemCallArchitectures", "native"),
            .init("SystemCallFilter", "@system-service"),
            .init("SystemCallFilter", "~@privileged @resources"),
            // Dispatch sets the priority of its threads and fills the journal with complaints when it may not.
            .init("SystemCallFilter", "~setpriority:0"),
            // Programs probe for what they may do; a refusal they can read beats a silent death by SIGSYS.
            .init("SystemCallErrorNumber", "EPERM"),
        ]
    }

    /// What nearly every program bears.
    private static func standard(families: [String], needsHome: Bool) -> [UnitFile.Directive] {
        [
            .init("DynamicUser", "yes"),
            .init("NoNewPrivileges", "yes"),
            .init("CapabilityBoundingSet", ""),
            .init("UMask", "0077"),
            .init("LimitCORE", "0"),
            .init("PrivateTmp", "yes"),
            .init("PrivateDevices", "yes"),
            .init("ProtectSystem", "strict"),
            .init("ProtectHome", needsHome ? "tmpfs" : "yes"),
            .init("ProtectControlGroups", "yes"),
            .init("ProtectKernelLogs", "yes"),
            .init("ProtectKernelModules", "yes"),
            .init("ProtectKernelTunables", "yes"),
            .init("RestrictSUIDSGID", "yes"),
            .init("RestrictAddressFamilies", families.joined(separator: " ")),
        ]
    }

    /// Directives with the user's own values in place of the profile's.
    private static func refined(
        _ directives: [UnitFile.Directive], _ refinements: [Sandbox.Directive: [String]]
    ) -> [UnitFile.Directive] {
        var result = directives
        for directive in Sandbox.Directive.allCases {
            guard let words = refinements[directive] else { continue }
            let place = result.firstIndex { $0.key == directive.rawValue } ?? result.endIndex
            result.removeAll { $0.key == directive.rawValue }
            let own = directive.lines(words).map { UnitFile.Directive(directive.rawValue, $0) }
            result.insert(contentsOf: own, at: min(place, result.endIndex))
        }
        return result
    }

    // MARK: Files

    private static func isBelowHome(_ path: String) -> Bool {
        // By byte, and without empty parts: "//home/x" is below it, and so is a name that begins with a combining mark.
        let parts = path.utf8.split(separator: UInt8(ascii: "/"))
        return [["home"], ["root"], ["run", "user"]].contains { home in
            parts.count >= home.count && zip(parts, home).allSatisfy { $0.elementsEqual($1.utf8) }
        }
    }

    private var needsHome: Bool {
        (server.paths.read + server.paths.write).contains { Self.isBelowHome($0.value) }
    }

    /// Paths below the hidden homes are bound into view; elsewhere only the right to write differs.
    private func paths() throws(UnitValue.Unwritable) -> [UnitFile.Directive] {
        var result: [UnitFile.Directive] = []
        for path in server.paths.read {
            let word = try UnitValue.word(path.value, expansion: .specifiers)
            result.append(.init(Self.isBelowHome(path.value) ? "BindReadOnlyPaths" : "ReadOnlyPaths", word))
        }
        for path in server.paths.write {
            let word = try UnitValue.word(path.value, expansion: .specifiers)
            result.append(.init(Self.isBelowHome(path.value) ? "BindPaths" : "ReadWritePaths", word))
        }
        return result
    }

    // MARK: Network

    private var families: [String] {
        server.program.port == nil && server.hasPrivateNetwork ? ["AF_UNIX"] : ["AF_INET", "AF_INET6", "AF_UNIX"]
    }

    /// The networks that `outbound` keeps a server away from.
    private static let localNetworks = [
        "localhost", "link-local", "multicast", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
        "fc00::/7",
    ]

    private var network: [UnitFile.Directive] {
        // The filters work both ways, so a server with a port must be allowed to hear from loopback.
        let own = server.program.port == nil ? [] : ["localhost"]
        let allowed: [String]
        var result: [UnitFile.Directive] = []
        switch server.settings.network {
        case .none:
            allowed = own
            if server.hasPrivateNetwork { result.append(.init("PrivateNetwork", "yes")) }
            result.append(.init("IPAddressDeny", "any"))
        case .loopback:
            allowed = ["localhost"]
            result.append(.init("IPAddressDeny", "any"))
        case .outbound(let exceptions):
            // Name servers usually live on loopback or in the local network; without them nothing resolves.
            allowed = own + facts.resolvers + exceptions
            result.append(.init("IPAddressDeny", Self.localNetworks.joined(separator: " ")))
        case .full:
            return []
        }
        var unique: [String] = []
        for network in allowed where !unique.contains(network) { unique.append(network) }
        if !unique.isEmpty { result.append(.init("IPAddressAllow", unique.joined(separator: " "))) }
        return result
    }
}

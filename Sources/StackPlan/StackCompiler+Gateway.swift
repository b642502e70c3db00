// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel
internal import UnitFile

extension StackCompiler {
    /// nginx with a configuration of our own, apart from Debian's service and from /etc/nginx.
    func gatewayUnit() -> UnitFile {
        let program = facts.commands["nginx"] ?? "/usr/sbin/nginx"
        var unit: [UnitFile.Directive] = [
            .init("Description", "Gateway of the MCP stack on loopback"),
            .init("Documentation", "man:mcp-stack(1)"),
            .init("SourcePath", "\(Locations.current)/stack.yaml"),
            .init("PartOf", "mcp-stack.target"),
            .init("StartLimitIntervalSec", "0"),
        ]
        unit += foreignUnits
        var service: [UnitFile.Directive] = [
            .init("Type", "exec"),
            .init("ExecStart", "\(program) -e stderr -c \(Locations.current)/gateway/nginx.conf"),
            .init("ExecReload", "/bin/kill -HUP $MAINPID"),
            .init("Restart", "always"),
            .init("RestartSec", "1s"),
            .init("TimeoutStopSec", "15s"),
            .init("KillMode", "mixed"),
            .init("SyslogIdentifier", "mcp-gateway"),
            .init("Slice", "mcp-stack.slice"),
            .init("SupplementaryGroups", "mcp-edge"),
            .init("RuntimeDirectory", "mcp-gateway"),
            // Two descriptors for each of the configuration's worker connections.
            .init("LimitNOFILE", "8192"),
        ]
        service += Confinement.strict(families: ["AF_INET", "AF_INET6", "AF_UNIX"], systemd: facts.systemd)
        service.append(.init("MemoryDenyWriteExecute", "yes"))
        if !routesElsewhere {
            service += [.init("IPAddressDeny", "any"), .init("IPAddressAllow", "localhost")]
        }
        service += [.init("MemoryMax", "256M"), .init("TasksMax", "32")]
        return UnitFile(header: header, sections: [.init("Unit", unit), .init("Service", service)])
    }

    /// Whether some origin is not on this machine.
    private var routesElsewhere: Bool {
        stack.servers.contains { server in
            guard case .external(let url) = server.program else { return false }
            return !url.value.isLoopback
        }
    }
}

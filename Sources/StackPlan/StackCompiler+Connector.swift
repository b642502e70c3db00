// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel
internal import StackRecord
internal import UnitFile

extension StackCompiler {
    /// cloudflared's configuration: the routes in the order of the stack file, and a last rule for the rest.
    ///
    /// `keepAliveTimeout` is shorter than the 30 s after which the bridge closes an idle connection, so that
    /// cloudflared never sends a request into a connection that is being closed.
    func connectorConfiguration(_ tunnel: NamedTunnel) -> String {
        var lines = header.map { "# \($0)" }
        lines += [
            "tunnel: \(tunnel.id)",
            "protocol: \(tunnel.transportProtocol.rawValue)",
            "no-autoupdate: true",
            "grace-period: 10s",
            "originRequest:",
            "  keepAliveTimeout: 15s",
            "ingress:",
        ]
        for row in RouteTable(stack).rows {
            let (route, server) = (row.route, row.server)
            var keys: [String] = []
            if let hostname = route.hostname { keys.append("hostname: \(YAMLText.quoted(hostname))") }
            if let path = route.path { keys.append("path: \(YAMLText.quoted(path))") }
            keys.append("service: \(YAMLText.quoted(server.originService))")
            if case .http(_, let port) = server.program {
                keys.append("originRequest:")
                keys.append("  # MCP SDKs answer 421 to a Host that is not their own address.")
                keys.append("  httpHostHeader: \(YAMLText.quoted("localhost:\(port.value)"))")
            }
            lines.append("  # \(server.name.value)")
            lines += keys.enumerated().map { index, key in (index == 0 ? "  - " : "    ") + key }
        }
        lines.append("  - service: http_status:404")
        return lines.joined(separator: "\n") + "\n"
    }

    /// cloudflared as an unprivileged service with its credentials handed over by systemd.
    func connectorUnit(_ tunnel: NamedTunnel) throws(UnitValue.Unwritable) -> UnitFile {
        let program = facts.commands["cloudflared"] ?? "/usr/bin/cloudflared"
        let configuration = "\(Locations.generation(facts.connectorGeneration))/connector/config.yml"
        let command = try UnitValue.commandLine(
            [program, "tunnel", "--config", configuration]
                + (connector.metrics.map { ["--metrics", $0] } ?? [])
                + ["--no-autoupdate", "run"])
        let credentials = try UnitValue.word(tunnel.credentials.value, expansion: .specifiers)
        let unit: [UnitFile.Directive] = [
            .init("Description", "Cloudflare Tunnel connector of the MCP stack"),
            .init("Documentation", "man:mcp-stack(1)"),
            .init("SourcePath", "\(Locations.current)/stack.yaml"),
            .init("PartOf", "mcp-stack.target"),
            .init("Wants", "network-online.target"),
            .init("After", "network-online.target"),
            .init("StartLimitIntervalSec", "0"),
        ]
        var service: [UnitFile.Directive] = [
            .init("Type", "notify"),
            .init("NotifyAccess", "main"),
            // systemd itself fills in the directory of the credentials.
            .init("ExecStart", "\(command) --credentials-file %d/tunnel.json"),
            .init("Restart", "always"),
            .init("RestartSec", "5s"),
            // A network without UDP makes cloudflared fall back to HTTP/2 after some 170 s.
            .init("TimeoutStartSec", "300s"),
            .init("TimeoutStopSec", "25s"),
            .init("SyslogIdentifier", "mcp-connector"),
            .init("Slice", "mcp-stack.slice"),
            .init("SupplementaryGroups", "mcp-edge"),
            .init("LoadCredential", "tunnel.json:\(credentials)"),
            .init("Environment", "TUNNEL_LOG_OUTPUT=json"),
            .init("UnsetEnvironment", "TUNNEL_TOKEN TUNNEL_TOKEN_FILE TUNNEL_CRED_FILE TUNNEL_CRED_CONTENTS"),
            .init("UnsetEnvironment", "HTTP_PROXY HTTPS_PROXY http_proxy https_proxy"),
        ]
        service += Confinement.strict(families: ["AF_INET", "AF_INET6", "AF_UNIX"])
        service += [.init("MemoryDenyWriteExecute", "yes"), .init("MemoryMax", "512M"), .init("TasksMax", "128")]
        return UnitFile(header: header, sections: [.init("Unit", unit), .init("Service", service)])
    }
}

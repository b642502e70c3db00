// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel
internal import StackRecord
internal import UnitFile

extension StackCompiler {
    /// cloudflared as an unprivileged service, with its credentials handed over by systemd.
    func connectorUnit(_ tunnel: NamedTunnel) throws(UnitValue.Unwritable) -> UnitFile {
        let credential: UnitFile.Directive
        let arguments: String
        // systemd itself fills in the directory of the credentials for %d.
        switch tunnel.credentials {
        case .file(let path):
            credential = .init("LoadCredential", "tunnel.json:\(try UnitValue.rest(path.value))")
            arguments = "run --credentials-file %d/tunnel.json"
        case .credential(let name):
            credential = Self.encryptedCredential(name.value)
            arguments = "run --credentials-file %d/\(Locations.secretPrefix)\(name.value)"
        case .token(let name):
            credential = Self.encryptedCredential(name.value)
            arguments = "run --token-file %d/\(Locations.secretPrefix)\(name.value)"
        }
        return try cloudflaredUnit(arguments, credentials: [credential])
    }

    /// cloudflared with a tunnel that it makes for itself when it starts, without an account.
    ///
    /// The address only makes cloudflared ask for such a tunnel (`cmd/cloudflared/tunnel/cmd.go`, `TunnelCommand`);
    /// the rules of the configuration go before it (`ingress/ingress.go`, `ParseIngressFromConfigAndCLI`).
    func quickTunnelUnit() throws(UnitValue.Unwritable) -> UnitFile {
        try cloudflaredUnit("--url http://localhost", credentials: [])
    }

    private func cloudflaredUnit(
        _ arguments: String, credentials: [UnitFile.Directive]
    ) throws(UnitValue.Unwritable) -> UnitFile {
        let program = facts.commands["cloudflared"] ?? "/usr/bin/cloudflared"
        let configuration = "\(Locations.generation(facts.connectorGeneration))/connector/config.yml"
        let command = try UnitValue.commandLine(
            [program, "tunnel", "--config", configuration]
                + (connector.metrics.map { ["--metrics", $0] } ?? [])
                + ["--no-autoupdate"])
        var unit: [UnitFile.Directive] = [
            .init("Description", "Cloudflare Tunnel connector of the MCP stack"),
            .init("Documentation", "man:mcp-stack(1)"),
            .init("SourcePath", "\(Locations.current)/stack.yaml"),
            .init("PartOf", "mcp-stack.target"),
            .init("Wants", "network-online.target"),
            .init("After", "network-online.target"),
            .init("StartLimitIntervalSec", "0"),
        ]
        unit += foreignUnits
        var service: [UnitFile.Directive] = [
            .init("Type", "notify"),
            .init("NotifyAccess", "main"),
            .init("ExecStart", "\(command) \(arguments)"),
            .init("Restart", "always"),
            .init("RestartSec", "5s"),
            // A network without UDP makes cloudflared fall back to HTTP/2 after some 170 s.
            .init("TimeoutStartSec", "300s"),
            .init("TimeoutStopSec", "25s"),
            .init("SyslogIdentifier", "mcp-connector"),
            .init("Slice", "mcp-stack.slice"),
            .init("SupplementaryGroups", "mcp-edge"),
        ]
        service += credentials
        service += [
            .init("Environment", "TUNNEL_LOG_OUTPUT=json"),
            .init("UnsetEnvironment", "TUNNEL_TOKEN TUNNEL_TOKEN_FILE TUNNEL_CRED_FILE TUNNEL_CRED_CONTENTS"),
            .init("UnsetEnvironment", "HTTP_PROXY HTTPS_PROXY http_proxy https_proxy"),
        ]
        service += Confinement.strict(families: ["AF_INET", "AF_INET6", "AF_UNIX"], systemd: facts.systemd)
        service += [.init("MemoryDenyWriteExecute", "yes"), .init("MemoryMax", "512M"), .init("TasksMax", "128")]
        return UnitFile(header: header, sections: [.init("Unit", unit), .init("Service", service)])
    }
}

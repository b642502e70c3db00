// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel
internal import UnitFile

extension StackCompiler {
    /// The units of one server; nil for a service that runs elsewhere.
    func serverUnits(_ server: Server) throws(UnitValue.Unwritable) -> (service: UnitFile, socket: UnitFile?)? {
        switch server.program {
        case .external:
            return nil
        case .http(let command, _):
            return (try nativeService(server, words(command)), nil)
        case .stdio(let command):
            return (try bridgedService(server, words(command)), socketUnit(server))
        case .proxied(let command, let port):
            return (
                try bridgedService(server, words(command), origin(server, port: port.value)), socketUnit(server)
            )
        case .status:
            return (try bridgedService(server, [Locations.command, "mcp-server"]), socketUnit(server))
        }
    }

    private func words(_ command: [Located<String>]) -> [String] {
        command.enumerated().map { index, word in
            index == 0 ? facts.commands[word.value] ?? word.value : word.value
        }
    }

    /// The program behind the bridge, started by the first connection to its socket.
    ///
    /// `origin` is what the bridge is told about one that speaks HTTP itself.
    private func bridgedService(
        _ server: Server, _ command: [String], _ origin: [String] = []
    ) throws(UnitValue.Unwritable) -> UnitFile {
        var arguments = [Locations.bridge]
        let idle = server.start == .always ? .zero : server.settings.idleTimeout
        arguments += ["--idle-timeout", idle.wholeSeconds]
        for host in allowedHosts(server) { arguments += ["--allow-host", host] }
        arguments += origin
        if let endpoint = server.servedPath, endpoint != "/mcp" { arguments += ["--endpoint", endpoint] }
        for prefix in strippedPrefixes(server) { arguments += ["--strip-prefix", prefix] }
        let own: ServerSettings.Sessions = origin.isEmpty ? .shared : .perClient
        if server.settings.sessions != own { arguments += ["--sessions", server.settings.sessions.rawValue] }
        if server.settings.drain != ServerSettings.defaultDrain {
            arguments += ["--drain", server.settings.drain.wholeSeconds]
        }
        if server.settings.origin.keepAlive != OriginRequest.defaultKeepAlive {
            arguments += ["--keep-alive", server.settings.origin.keepAlive.wholeSeconds]
        }
        arguments += ["--metrics", "unix:\(Locations.ownMetrics)/\(Locations.metricsName)", "--metrics-mode", "0666"]
        arguments += secretOptions(server)
        let commandLine = try UnitValue.commandLine(arguments + ["--"] + command)
        var unit = unitSection(server)
        unit.append(.init("Requires", server.socketUnit))
        var service: [UnitFile.Directive] = [
            .init("Type", "notify"),
            .init("NotifyAccess", "main"),
            .init("ExecStart", commandLine),
            .init("Restart", server.start == .always ? "always" : "on-failure"),
        ]
        service += restart(server)
        service += [
            .init("TimeoutStartSec", server.settings.startTimeout.unitText),
            .init("TimeoutStopSec", stopTimeout(server)),
            .init("KillMode", "mixed"),
            .init("WatchdogSec", "60s"),
        ]
        service += metricsDirectory(server)
        service += try body(server)
        return UnitFile(header: header, sections: [.init("Unit", unit), .init("Service", service)])
    }

    /// How the bridge gets at a server that speaks HTTP itself, and what it leaves to it.
    private func origin(_ server: Server, port: Int) -> [String] {
        var arguments = ["--origin", "http://127.0.0.1:\(port)\(server.endpointPath?.value ?? "/mcp")"]
        if server.transport != .streamableHTTP { arguments += ["--origin-transport", server.transport.rawValue] }
        if server.settings.startTimeout != ServerSettings.defaultStartTimeout {
            arguments += ["--start-timeout", server.settings.startTimeout.wholeSeconds]
        }
        if server.start == .always { arguments.append("--eager") }
        // Where a policy guards a route, the edge has clients sign in, and a second time would be one too many.
        let isPublic = server.routes.allSatisfy { $0.access.value == .everybody }
        if isPublic, server.settings.sessions == .perClient { arguments.append("--pass-authorization") }
        return arguments
    }

    /// The directory for the socket on which the bridge tells metrics.
    ///
    /// The socket is the bridge's own, so that who asks wakes no server. A dynamic user cannot give it to a group; the
    /// directory above is the group's instead, and the bridge comes to its own from the side.
    private func metricsDirectory(_ server: Server) -> [UnitFile.Directive] {
        let directory = "\(Locations.metricsSockets)/\(server.name.value)"
        return [
            .init("RuntimeDirectory", String(directory.dropFirst("/run/".count))),
            .init("BindPaths", "\(directory):\(Locations.ownMetrics)"),
        ]
    }

    /// A program that listens on a port of its own.
    private func nativeService(_ server: Server, _ command: [String]) throws(UnitValue.Unwritable) -> UnitFile {
        var service: [UnitFile.Directive] = [
            .init("Type", "exec"),
            .init("ExecStart", try UnitValue.commandLine(withSecrets(server, command))),
            .init("Restart", "always"),
        ]
        service += restart(server)
        service += [
            .init("TimeoutStartSec", server.settings.startTimeout.unitText),
            .init("TimeoutStopSec", stopTimeout(server)),
        ]
        service += try body(server)
        return UnitFile(header: header, sections: [.init("Unit", unitSection(server)), .init("Service", service)])
    }

    private func socketUnit(_ server: Server) -> UnitFile {
        UnitFile(
            header: header,
            sections: [
                .init(
                    "Unit",
                    [
                        .init("Description", "Socket of MCP server \(server.name.value)"),
                        .init("Documentation", "man:mcp-stack(1)"),
                        .init("PartOf", "mcp-stack.target"),
                        .init("StartLimitIntervalSec", "0"),
                    ]),
                .init(
                    "Socket",
                    [
                        .init("ListenStream", Locations.serverSocket(server.name.value)),
                        .init("SocketGroup", "mcp-edge"),
                        .init("SocketMode", "0660"),
                        .init("RemoveOnStop", "yes"),
                        // Without this a server that keeps failing would take its socket down for good.
                        .init("TriggerLimitIntervalSec", "0"),
                    ]),
            ])
    }

    private func unitSection(_ server: Server) -> [UnitFile.Directive] {
        [
            .init("Description", "MCP server \(server.name.value)"),
            .init("Documentation", "man:mcp-stack(1)"),
            .init("SourcePath", "\(Locations.current)/stack.yaml"),
            .init("PartOf", "mcp-stack.target"),
            // A bad night must not end in 'start-limit-hit', which nobody lifts but a person.
            .init("StartLimitIntervalSec", "0"),
        ]
    }

    /// The time to drain, and some for the child to end.
    ///
    /// A bridge waits for kept connections besides, until their clients have let go of them; the last may bring a
    /// request that then has its own time to drain.
    private func stopTimeout(_ server: Server) -> String {
        let isKept = server.isBridged && server.settings.drain > .zero
        let kept: Duration = isKept ? server.settings.origin.keepAlive + .seconds(1) : .zero
        return (server.settings.drain + kept + .seconds(10)).unitText
    }

    private func strippedPrefixes(_ server: Server) -> [String] {
        var prefixes: [String] = []
        for route in server.routes where route.stripsPrefix {
            guard let prefix = route.literalPrefix, !prefixes.contains(prefix) else { continue }
            prefixes.append(prefix)
        }
        return prefixes
    }

    private func restart(_ server: Server) -> [UnitFile.Directive] {
        var directives: [UnitFile.Directive] = [.init("RestartSec", server.settings.restartDelay.unitText)]
        if facts.systemd.hasRestartSteps, server.settings.restartMaximumDelay > server.settings.restartDelay {
            directives.append(.init("RestartSteps", "8"))
            directives.append(.init("RestartMaxDelaySec", server.settings.restartMaximumDelay.unitText))
        }
        return directives
    }

    private func withSecrets(_ server: Server, _ command: [String]) -> [String] {
        server.secrets.isEmpty ? command : [Locations.command, "exec"] + secretOptions(server) + ["--"] + command
    }

    /// The options by which the bridge and `mcp-stack exec` are told which credentials become which variables.
    private func secretOptions(_ server: Server) -> [String] {
        server.secrets.flatMap { secret in
            [
                secret.delivery == .file ? "--secret-file" : "--secret",
                "\(secret.variable)=\(Locations.secretPrefix)\(secret.credential.value)",
            ]
        }
    }

    /// Encrypted credentials by absolute path: one without a path that is missing would start the unit without it.
    private func credentials(_ server: Server) -> [UnitFile.Directive] {
        var names: [String] = []
        for secret in server.secrets where !names.contains(secret.credential.value) {
            names.append(secret.credential.value)
        }
        return names.map(Self.encryptedCredential)
    }

    /// An encrypted credential, loaded under the name that is part of what was encrypted.
    static func encryptedCredential(_ name: String) -> UnitFile.Directive {
        let id = Locations.secretPrefix + name
        return .init("LoadCredentialEncrypted", "\(id):\(Locations.secrets)/\(id)")
    }

    /// The part that all servers share: identity, environment, confinement, limits.
    private func body(_ server: Server) throws(UnitValue.Unwritable) -> [UnitFile.Directive] {
        let directory = "mcp-server-\(server.name.value)"
        let home = "/var/lib/\(directory)"
        var directives: [UnitFile.Directive] = [
            .init("SyslogIdentifier", directory),
            .init("Slice", "mcp-stack.slice"),
            .init("StateDirectory", directory),
            .init("WorkingDirectory", home),
        ]
        let homes = [
            ("HOME", home), ("XDG_CACHE_HOME", "\(home)/.cache"), ("XDG_CONFIG_HOME", "\(home)/.config"),
            ("XDG_DATA_HOME", "\(home)/.local/share"), ("XDG_STATE_HOME", "\(home)/.local/state"),
            ("npm_config_cache", "\(home)/.npm"),
        ]
        let own = Set(server.environment.map(\.name))
        for (name, value) in homes where !own.contains(name) {
            directives.append(.init("Environment", try UnitValue.assignment(name, value)))
        }
        for variable in server.environment {
            directives.append(.init("Environment", try UnitValue.assignment(variable.name, variable.value)))
        }
        directives += credentials(server)
        if server.program == .status {
            directives.append(.init("SupplementaryGroups", "mcp-stack-admin"))
        }
        directives += try Confinement(server: server, facts: facts).directives()
        directives += [
            .init("MemoryMax", String(server.settings.memory)),
            .init("TasksMax", String(server.settings.tasks)),
            .init("CPUQuota", "\(server.settings.cpu)%"),
        ]
        return directives
    }

    /// The host names the bridge answers to besides loopback: those of the routes.
    ///
    /// A tunnel only delivers names whose DNS points at it, so a route for any host name may let any through. On
    /// loopback that would open the door to DNS rebinding from a browser, so there only loopback's own names are.
    private func allowedHosts(_ server: Server) -> [String] {
        var hosts: [String] = []
        for route in server.routes {
            guard let host = route.hostname ?? (stack.tunnel == .local ? nil : "*") else { continue }
            if !hosts.contains(host) { hosts.append(host) }
        }
        return hosts
    }
}

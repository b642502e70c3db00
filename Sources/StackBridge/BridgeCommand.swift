// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import ArgumentParser
import Glibc
import MCPKit
import NIOCore
import NIOPosix
import SystemdKit

/// The command line of `mcp-stack-bridge`.
public struct BridgeCommand: AsyncParsableCommand {
    /// The name and abstract of the command.
    public static let configuration = CommandConfiguration(
        commandName: "mcp-stack-bridge",
        abstract: "Serve an MCP server to clients of every generation over HTTP.",
        usage: """
            mcp-stack-bridge [--listen <address>] [<options>] -- <command> [<argument> ...]
            mcp-stack-bridge [--listen <address>] [<options>] --origin <url> [-- <command> [<argument> ...]]
            """,
        discussion: """
            One process serves all clients, unless --sessions says otherwise. Without --listen the bridge serves the sockets that \
            systemd passed to it. With --origin the server speaks HTTP itself, and the command, if there is one, starts it.
            """)

    @Option(help: ArgumentHelp("Listen on 127.0.0.1:8080, [::1]:8080 or unix:/path.", valueName: "address"))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "Accept this name in Host and Origin, besides localhost: a name, name:port, *.name, or * for any.",
            valueName: "host"))
    var allowHost: [String] = []

    @Option(help: ArgumentHelp("The path at which MCP is spoken.", valueName: "path"))
    var endpoint = "/mcp"

    @Option(
        help: ArgumentHelp(
            "Take this off the front of a request's path, as in /github/mcp; may be repeated.", valueName: "prefix"))
    var stripPrefix: [String] = []

    @Option(
        help: ArgumentHelp(
            "Leave after so many seconds without a connection; 0 never. (default: 600, with --listen: 0)",
            valueName: "seconds"))
    var idleTimeout: Int64?

    @Option(
        help: ArgumentHelp(
            "The server speaks HTTP itself, at an address like http://127.0.0.1:3000/mcp.", valueName: "url"))
    var origin: String?

    @Option(help: "What it speaks: streamable-http, sse (2024-11-05), or detect, which finds out.")
    var originTransport = HTTPTransport.streamableHTTP

    @Option(help: ArgumentHelp("How long it may take until it takes connections.", valueName: "seconds"))
    var startTimeout: Int64 = 120

    @Flag(help: "Start it at once and keep it running, instead of starting it with the first request.")
    var eager = false

    @Flag(help: "It has its clients sign in itself: pass on Authorization, refusals, and its OAuth metadata.")
    var passAuthorization = false

    @Option(
        help: """
            shared: one process serves all sessions. per-client: every session gets a process of its own, or a session \
            of its own with an origin. (default: shared, with --origin: per-client)
            """)
    var sessions: SessionSharing?

    @Option(help: ArgumentHelp("Sessions that may be open at once.", valueName: "number"))
    var maxSessions = 64

    @Option(
        help: ArgumentHelp(
            "Sessions that may be opened a second, after a first burst of 64; 0 any number.", valueName: "number"))
    var sessionRate: Int64 = 10

    @Option(help: ArgumentHelp("The age at which a session ends; 0 never.", valueName: "seconds"))
    var sessionAge: Int64 = 86_400

    @Option(help: ArgumentHelp("Connections that may be open at once.", valueName: "number"))
    var maxConnections = 1024

    @Option(help: ArgumentHelp("Tell metrics in OpenMetrics text on unix:/path.", valueName: "address"))
    var metrics: String?

    @Option(help: ArgumentHelp("The access mode of the metrics' socket, in octal digits.", valueName: "mode"))
    var metricsMode: String?

    @Option(
        help: ArgumentHelp(
            "How long a request may wait for its answer or for news of its progress; 0 for ever.", valueName: "seconds")
    )
    var requestTimeout: Int64 = 600

    @Option(
        help: ArgumentHelp(
            "How long clients keep a connection that they do not use; a bridge that stops waits for them.",
            valueName: "seconds"))
    var keepAlive: Int64 = 4

    @Option(help: ArgumentHelp("How long requests in flight may take when stopping.", valueName: "seconds"))
    var drain: Int64 = 10

    @Option(
        help: ArgumentHelp(
            "Set a variable of the server to a credential that systemd passed.", valueName: "variable=credential"))
    var secret: [String] = []

    @Option(
        help: ArgumentHelp(
            "Set a variable of the server to the path of a credential's file.", valueName: "variable=credential"))
    var secretFile: [String] = []

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The server and its arguments.", valueName: "command"))
    var command: [String] = []

    /// Creates the command; its values come from the arguments.
    public init() {}

    /// Refuses values that make no sense.
    public func validate() throws {
        if command.first?.isEmpty ?? (origin == nil) {
            throw ValidationError("No server is named; put its command after \"--\".")
        }
        if RequestGate.ownPaths.contains(endpoint) {
            throw ValidationError("The bridge has something else at \"\(endpoint)\"; speak MCP at another path.")
        }
        try validateOrigin()
        if let listen, ListenAddress(listen) == nil {
            throw ValidationError("\"\(listen)\" is no address like 127.0.0.1:8080, [::1]:8080 or unix:/path.")
        }
        if let host = allowHost.first(where: { HostRules.Pattern($0) == nil }) {
            throw ValidationError("\"\(host)\" is no host like name, name:port, *.name or *.")
        }
        if let path = ([endpoint] + stripPrefix).first(where: { !EndpointPaths.isPath($0) }) {
            throw ValidationError("\"\(path)\" is no path like /mcp.")
        }
        guard (idleTimeout ?? 0) >= 0, (idleTimeout ?? 0) <= Self.longest, (0...Self.longest).contains(drain),
            (0...Self.longest).contains(requestTimeout), (0...Self.longest).contains(sessionAge),
            (0...Self.longest).contains(startTimeout), (0...Self.longest).contains(keepAlive)
        else {
            throw ValidationError("A time is between 0 and \(Self.longest) seconds.")
        }
        if let text = (secret + secretFile).first(where: { CredentialVariable(parsing: $0, content: .value) == nil }) {
            throw ValidationError("\"\(text)\" is not of the form VARIABLE=CREDENTIAL.")
        }
        if let metrics {
            guard case .unix(let path)? = ListenAddress(metrics) else {
                throw ValidationError("\"\(metrics)\" is no socket like unix:/path.")
            }
            if case .unix(path)? = listen.flatMap(ListenAddress.init) {
                throw ValidationError("Metrics need a socket of their own.")
            }
        }
        if let metricsMode, metrics == nil || UInt32(metricsMode, radix: 8).map({ $0 > 0o777 }) ?? true {
            throw ValidationError("--metrics-mode is a mode like 0660, for the socket of --metrics.")
        }
        guard (0...1_000_000).contains(sessionRate) else {
            throw ValidationError("--session-rate is between 0 and 1000000.")
        }
        guard maxConnections > 0 else { throw ValidationError("--max-connections is at least 1.") }
        guard maxSessions > 0 else { throw ValidationError("--max-sessions is at least 1.") }
    }

    /// Serves until the bridge is asked to stop or has been idle for long enough.
    public mutating func run() async throws {
        let sockets = try sockets()
        signal(SIGPIPE, SIG_IGN)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let log = BridgeLog()
        // Before anything is accepted: the default for a signal is to die, and whoever waits for an answer with it.
        let stop = StopRequest()
        let stops = SignalWatch([SIGTERM, SIGINT]) { _ in stop.make() }
        await stops.waitUntilWatching()
        let server: BridgeServer
        do {
            server = try await BridgeServer.start(
                try bridge(sockets), on: group.next(), log: log.write, serverLog: log.write(server:))
        } catch {
            log.write("cannot serve: \(error)")
            log.flush()
            throw ExitCode(1)
        }
        if let listen {
            let address = server.addresses.first.flatMap(url) ?? listen
            log.write("serving \(command.first ?? origin ?? "") at \(address)")
        }
        stop.passOn(to: server)
        try await server.waitUntilFinished()
        stops.cancel()
        if case .listen(.unix(let path)) = sockets { unlink(path) }
        if let path = metricsPath { unlink(path) }
        try await group.shutdownGracefully()
        log.flush()
    }

    /// Parses the arguments, runs, and exits: 0 when all went well, 1 when not, 2 for wrong usage.
    public static func runAndExit() async -> Never {
        do {
            var command = try parse()
            try await command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            write(fullMessage(for: error) + "\n")
            Glibc.exit(2)
        }
        Glibc.exit(0)
    }
}

extension BridgeCommand {
    private static let longest: Int64 = 366 * 86_400

    private func validateOrigin() throws {
        if let origin {
            guard !origin.hasPrefix("https:") else {
                throw ValidationError("The bridge speaks plain HTTP to an origin: \"\(origin)\" needs TLS.")
            }
            guard OriginAddress(origin) != nil else {
                throw ValidationError("\"\(origin)\" is no address like http://127.0.0.1:3000/mcp.")
            }
        } else if eager || passAuthorization || originTransport != .streamableHTTP {
            throw ValidationError(
                "--origin-transport, --eager and --pass-authorization are for servers that speak HTTP (--origin).")
        }
        if passAuthorization, sessions == .shared {
            throw ValidationError("--pass-authorization is for --sessions per-client: a session is one person's.")
        }
        if eager, command.isEmpty {
            throw ValidationError("--eager needs a command to start.")
        }
    }

    private func sockets() throws -> BridgeConfiguration.Sockets {
        if let address = listen.flatMap(ListenAddress.init) { return .listen(address) }
        let descriptors = InheritedSockets.descriptors()
        guard !descriptors.isEmpty else {
            throw ValidationError("systemd passed no socket; say where to serve with --listen.")
        }
        return .inherited(descriptors)
    }

    private func bridge(
        _ sockets: BridgeConfiguration.Sockets
    ) throws(CredentialVariable.Failure) -> BridgeConfiguration {
        var configuration = BridgeConfiguration(command: command, environment: try environment(), sockets: sockets)
        configuration.hosts = HostRules(allowHost.compactMap(HostRules.Pattern.init))
        configuration.paths = EndpointPaths(endpoint: endpoint, prefixes: stripPrefix)
        configuration.origin = origin.flatMap(OriginAddress.init).map {
            BridgeConfiguration.Origin(
                address: $0, transport: originTransport, startTimeout: .seconds(startTimeout), isEager: eager,
                authorizesClients: passAuthorization)
        }
        configuration.sharesSessions = (sessions ?? (origin == nil ? .shared : .perClient)) == .shared
        configuration.maximumSessions = maxSessions
        configuration.sessionInterval = sessionRate > 0 ? .nanoseconds(1_000_000_000 / sessionRate) : nil
        configuration.session.age = sessionAge > 0 ? .seconds(sessionAge) : nil
        configuration.maximumConnections = maxConnections
        configuration.metrics = metricsPath
        configuration.metricsMode = metricsMode.flatMap { UInt32($0, radix: 8) }
        configuration.drain = .seconds(drain)
        configuration.keepAlive = .seconds(keepAlive + 1)
        configuration.session.request = requestTimeout > 0 ? .seconds(requestTimeout) : nil
        let idle = idleTimeout ?? (listen == nil ? 600 : 0)
        if idle > 0 {
            configuration.idleTimeout = .seconds(idle)
            configuration.session.idle = .seconds(idle)
        }
        return configuration
    }

    private var metricsPath: String? {
        if case .unix(let path)? = metrics.flatMap(ListenAddress.init) { path } else { nil }
    }

    private func environment() throws(CredentialVariable.Failure) -> [String] {
        let inherited = ProcessEnvironment.entries()
        let directory = ProcessEnvironment.value(of: "CREDENTIALS_DIRECTORY", in: inherited)
        let variables =
            secret.compactMap { CredentialVariable(parsing: $0, content: .value) }
            + secretFile.compactMap { CredentialVariable(parsing: $0, content: .path) }
        let own = Set(variables.map(\.name))
        var entries = ChildEnvironment.cleaned(inherited).filter {
            !own.contains(ProcessEnvironment.name(of: $0))
        }
        for variable in variables { entries.append(try variable.entry(in: directory)) }
        return entries
    }

    private func url(_ address: SocketAddress) -> String? {
        switch address {
        case .v4: "http://\(address.ipAddress ?? ""):\(address.port ?? 0)\(endpoint)"
        case .v6: "http://[\(address.ipAddress ?? "")]:\(address.port ?? 0)\(endpoint)"
        case .unixDomainSocket: address.pathname.map { "unix:\($0)" }
        }
    }

    /// Writes a text to standard error in one piece.
    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension HTTPTransport: ExpressibleByArgument {}

/// How sessions share processes.
enum SessionSharing: String, ExpressibleByArgument, CaseIterable {
    case shared
    case perClient = "per-client"
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// One MCP server of the stack.
public struct Server: Sendable {
    /// What the server is.
    public enum Program: Sendable, Equatable {
        /// A program that speaks MCP on its standard input and output; the bridge gives it HTTP.
        case stdio(command: [Located<String>])
        /// A program that speaks HTTP itself, on a port of loopback.
        case http(command: [Located<String>], port: Located<Int>)
        /// A service that runs elsewhere: it is routed, not started.
        case external(Located<OriginURL>)
        /// The stack's own server, which answers questions about the stack.
        case status

        /// The words of the user's command; nil for what runs none.
        public var command: [Located<String>]? {
            switch self {
            case .stdio(let command), .http(let command, _): command
            case .external, .status: nil
            }
        }
    }

    /// When the server's processes run.
    public enum Start: String, Sendable, CaseIterable {
        /// With the first request, until idle.
        case onDemand = "on-demand"
        /// As long as the stack is up.
        case always
    }

    /// The name: `[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`, which fits DNS labels, unit names and tool prefixes.
    public var name: Located<String>
    /// What the server is.
    public var program: Program
    /// The ways to it, in the order in which they are tried.
    public var routes: [Route]
    /// The path of the MCP endpoint at the server itself.
    public var endpointPath: String
    /// When its processes run.
    public var start: Start
    /// Environment variables, in the order of the file.
    public var environment: [EnvironmentVariable]
    /// Environment variables whose values are secret, in the order of the file.
    public var secrets: [Secret]
    /// Files it may see or change beyond its own state directory.
    public var paths: PathAccess
    /// What the rest of the settings say.
    public var settings: ServerSettings

    /// Whether the bridge stands before the server.
    public var isBridged: Bool {
        switch program {
        case .stdio, .status: true
        case .http, .external: false
        }
    }
}

/// One environment variable of a server.
public struct EnvironmentVariable: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value, literally.
    public var value: String
}

/// The files a server may use.
public struct PathAccess: Sendable, Equatable {
    /// Absolute paths it may read.
    public var read: [Located<String>] = []
    /// Absolute paths it may change.
    public var write: [Located<String>] = []
}

/// How a server is confined and kept alive, after the defaults were filled in.
public struct ServerSettings: Sendable, Equatable {
    /// How far a server is shut off from the machine.
    public enum Sandbox: String, Sendable, CaseIterable {
        /// Everything systemd can take away from a program that only serves.
        case strict
        /// What nearly every program bears.
        case standard
        /// Nothing but the limits and an unprivileged user.
        case none
    }

    /// How long to wait before a restart.
    public var restartDelay: Duration = .seconds(1)
    /// The longest wait when restarts keep failing.
    public var restartMaximumDelay: Duration = .seconds(60)
    /// The most memory, in bytes.
    public var memory: Int = 512 << 20
    /// The most processes and threads.
    public var tasks: Int = 64
    /// The most processor time, in percent of one processor.
    public var cpu: Int = 100
    /// How far the server is shut off.
    public var sandbox: Sandbox = .strict
    /// What it may reach over the network.
    public var network: NetworkAccess = .outbound(exceptions: [])
    /// How long a server on demand stays without work; zero: for ever.
    public var idleTimeout: Duration = .seconds(600)
    /// How long a start may take; a cold package cache is slow.
    public var startTimeout: Duration = .seconds(120)
}

/// What a server may reach over the network.
public enum NetworkAccess: Sendable, Equatable {
    /// Nothing.
    case none
    /// This machine only.
    case loopback
    /// The internet, but neither this machine nor its local networks, save the addresses listed.
    case outbound(exceptions: [String])
    /// Everything.
    case full
}

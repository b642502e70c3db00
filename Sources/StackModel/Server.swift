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
        /// A program that speaks HTTP itself, with the bridge before it.
        case proxied(command: [Located<String>], port: Located<Int>)
        /// A service that runs elsewhere: it is routed, not started.
        case external(Located<OriginURL>)
        /// The stack's own server, which answers questions about the stack.
        case status

        /// Whether the bridge stands before it.
        public var isBridged: Bool {
            switch self {
            case .stdio, .proxied, .status: true
            case .http, .external: false
            }
        }

        /// The words of the user's command; nil for what runs none.
        public var command: [Located<String>]? {
            switch self {
            case .stdio(let command), .http(let command, _), .proxied(let command, _): command
            case .external, .status: nil
            }
        }

        /// The port on which the program listens itself; nil for what has none.
        public var port: Located<Int>? {
            switch self {
            case .http(_, let port), .proxied(_, let port): port
            case .stdio, .external, .status: nil
            }
        }
    }

    /// What the bridge does for a server that speaks HTTP itself.
    public enum Bridge: String, Sendable, CaseIterable {
        /// It stands before it.
        case proxy
    }

    /// When the server's processes run.
    public enum Start: String, Sendable, CaseIterable {
        /// With the first request, until idle.
        case onDemand = "on-demand"
        /// As long as the stack is up.
        case always
    }

    /// What a server speaks over HTTP.
    public enum Transport: String, Sendable, CaseIterable {
        /// MCP over Streamable HTTP (2025-03-26 and later).
        case streamableHTTP = "streamable-http"
        /// MCP over HTTP+SSE, the pair of endpoints of 2024-11-05.
        case sse
        /// Not MCP: a web page, an API.
        case http
        /// MCP over either; clients and probes find out which.
        case detect
    }

    /// The name: `[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`, which fits DNS labels, unit names and tool prefixes.
    public var name: Located<String>
    /// What the server is.
    public var program: Program
    /// The ways to it, in the order in which they are tried.
    public var routes: [Route]
    /// What it speaks over HTTP.
    public var transport: Transport
    /// The path of the MCP endpoint at the server itself; nil for what does not speak MCP.
    public var endpointPath: Located<String>?
    /// A path that answers with a status below 400 when the server is well.
    public var healthPath: Located<String>?
    /// The unit that runs a service elsewhere.
    public var unit: Located<String>?
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
    /// How often one address may ask for it; nil for as often as it likes.
    public var rateLimit: RateLimit?
    /// The `origin` keys that stand under the server itself and not only in the defaults.
    public var ownOriginKeys: Set<OriginRequest.Key>

    /// Whether the bridge stands before the server.
    public var isBridged: Bool { program.isBridged }

    /// The path at which clients find the MCP endpoint, which is the bridge's where that makes one of a pair of
    /// endpoints; nil for what does not speak MCP.
    public var servedPath: String? {
        if case .proxied = program, transport != .streamableHTTP { return "/mcp" }
        return endpointPath?.value
    }

    /// Whether its port is out of reach for the rest of the machine, because its network is its own.
    public var hasPrivateNetwork: Bool { isBridged && settings.network == .none }

    /// The port of the machine's loopback that it takes; nil when it takes none.
    public var machinePort: Located<Int>? { hasPrivateNetwork ? nil : program.port }
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
    /// How the sessions of clients share the processes of a bridged server.
    public enum Sessions: String, Sendable, CaseIterable {
        /// One process serves all.
        case shared
        /// Each session has a process of its own.
        case perClient = "per-client"
    }

    /// How long requests in flight may take when nothing is said; the bridge's own default too.
    public static let defaultDrain: Duration = .seconds(10)

    /// How long a start may take when nothing is said; the bridge's own default too.
    public static let defaultStartTimeout: Duration = .seconds(120)

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
    public var sandbox = Sandbox(.strict)
    /// What it may reach over the network.
    public var network: NetworkAccess = .outbound(exceptions: [])
    /// How long a server on demand stays without work; zero: for ever.
    public var idleTimeout: Duration = .seconds(600)
    /// How long a start may take; a cold package cache is slow.
    public var startTimeout = Self.defaultStartTimeout
    /// How long requests in flight may take when the server is stopped.
    public var drain = Self.defaultDrain
    /// How its sessions share processes.
    public var sessions = Sessions.shared
    /// How cloudflared talks to it.
    public var origin = OriginRequest()
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

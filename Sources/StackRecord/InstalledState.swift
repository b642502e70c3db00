// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// What one generation installed, as its `state.json` records it for the programs that watch the stack.
///
/// The daemon and the command line read it from `/etc/mcp-stack/current/state.json`; nobody but `apply` writes it.
public struct InstalledState: Codable, Sendable, Equatable {
    /// The format this version of the program writes, and the newest it reads.
    public static let currentFormat = 1

    /// The format number of the file.
    public var format: Int
    /// The number of the generation.
    public var generation: Int
    /// The servers, in the order of the stack file.
    public var servers: [Server]
    /// What carries requests to the servers, when there is anything to carry.
    public var connector: Connector?

    /// Creates a state in the current format.
    public init(generation: Int, servers: [Server], connector: Connector?) {
        self.format = Self.currentFormat
        self.generation = generation
        self.servers = servers
        self.connector = connector
    }

    /// One server of the stack.
    public struct Server: Codable, Sendable, Equatable {
        /// How the server is run.
        public enum Kind: String, Codable, Sendable {
            /// A stdio program behind the bridge.
            case bridged
            /// A program that speaks HTTP itself.
            case native
            /// A service that runs elsewhere and is only routed.
            case external
        }

        /// When the server's processes run.
        public enum Start: String, Codable, Sendable {
            /// With the first request, until idle.
            case onDemand = "on-demand"
            /// As long as the stack is up.
            case always
        }

        /// The name in the stack file.
        public var name: String
        /// How the server is run.
        public var kind: Kind
        /// When it runs; nil for external servers.
        public var start: Start?
        /// The service unit; nil for external servers.
        public var service: String?
        /// The socket unit; nil unless bridged.
        public var socket: String?
        /// The unit that somebody else made for an external server, which is only watched.
        public var foreignUnit: String?
        /// The URLs by which clients reach the server.
        public var endpoints: [String]

        /// Creates a server record.
        public init(
            name: String, kind: Kind, start: Start?, service: String?, socket: String?,
            foreignUnit: String? = nil, endpoints: [String]
        ) {
            self.foreignUnit = foreignUnit
            self.name = name
            self.kind = kind
            self.start = start
            self.service = service
            self.socket = socket
            self.endpoints = endpoints
        }
    }

    /// The process that carries requests: cloudflared, or nginx in local mode.
    public struct Connector: Codable, Sendable, Equatable {
        /// Which program carries the requests.
        public enum Kind: String, Codable, Sendable {
            /// cloudflared, through a tunnel.
            case tunnel
            /// nginx, on loopback.
            case gateway
        }

        /// Which program carries the requests.
        public var kind: Kind
        /// Its service unit.
        public var unit: String
        /// `ADDRESS:PORT` of cloudflared's metrics; nil for the gateway.
        public var metrics: String?

        /// Creates a connector record.
        public init(kind: Kind, unit: String, metrics: String?) {
            self.kind = kind
            self.unit = unit
            self.metrics = metrics
        }
    }
}

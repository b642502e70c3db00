// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// What there is to watch: the servers, and what carries requests to them.
public struct WatchedStack: Sendable, Equatable {
    /// The generation that installed it; nil when nothing was applied yet.
    public var generation: Int?
    /// The servers, in the order of the stack file.
    public var servers: [Server]
    /// What carries requests.
    public var connector: Connector?

    /// Creates a stack; by default an empty one.
    public init(generation: Int? = nil, servers: [Server] = [], connector: Connector? = nil) {
        self.generation = generation
        self.servers = servers
        self.connector = connector
    }

    /// One server.
    public struct Server: Sendable, Equatable {
        /// The name in the stack file.
        public var name: String
        /// The service unit; nil for a server that runs elsewhere in no unit of this machine.
        public var service: String?
        /// The socket unit; nil when systemd does not listen for it.
        public var socket: String?
        /// Whether its processes run only while there are requests.
        public var isOnDemand: Bool
        /// Whether the service is somebody else's, and is only watched.
        public var isForeign: Bool
        /// The URLs by which clients reach it.
        public var endpoints: [String]

        /// Creates a server.
        public init(
            name: String, service: String?, socket: String? = nil, isOnDemand: Bool = false,
            isForeign: Bool = false, endpoints: [String] = []
        ) {
            self.isForeign = isForeign
            self.name = name
            self.service = service
            self.socket = socket
            self.isOnDemand = isOnDemand
            self.endpoints = endpoints
        }
    }

    /// What carries requests.
    public struct Connector: Sendable, Equatable {
        /// `tunnel` or `gateway`.
        public var kind: String
        /// Its service unit.
        public var unit: String

        /// Creates a connector.
        public init(kind: String, unit: String) {
            self.kind = kind
            self.unit = unit
        }
    }

    /// All units that are to be observed.
    public var units: [String] {
        servers.flatMap { [$0.service, $0.socket].compactMap { $0 } } + (connector.map { [$0.unit] } ?? [])
    }
}

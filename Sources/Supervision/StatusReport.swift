// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The state of the whole stack at one moment, as `mcp-stack status --format json` prints it.
///
/// The daemon serves it on its status socket; the command line builds the same value from systemd when the
/// daemon is down. Field names are a contract with scripts: they are only ever added to.
public struct StatusReport: Codable, Sendable, Equatable {
    /// The version of this format.
    public var version = 1
    /// Who observed this.
    public var source: Source
    /// The generation in force; nil when nothing was applied yet.
    public var generation: Int?
    /// The servers, in the order of the stack file.
    public var servers: [Server]
    /// What carries the requests; nil when the stack has no route.
    public var connector: Connector?
    /// The newest problems, newest first.
    public var problems: [Problem]

    /// Creates a report.
    public init(
        source: Source, generation: Int?, servers: [Server], connector: Connector?, problems: [Problem]
    ) {
        self.source = source
        self.generation = generation
        self.servers = servers
        self.connector = connector
        self.problems = problems
    }

    /// Writes every key of the report, with `null` for what there is not, so that scripts need not ask for keys.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(source, forKey: .source)
        try container.encode(generation, forKey: .generation)
        try container.encode(servers, forKey: .servers)
        try container.encode(connector, forKey: .connector)
        try container.encode(problems, forKey: .problems)
    }

    /// Who made the observations of a report.
    public enum Source: String, Codable, Sendable {
        /// The daemon, from its own watching.
        case daemon
        /// systemd, asked once because the daemon did not answer.
        case systemd
    }

    /// How a server or the connector is doing.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Nothing is known, for instance of a service that runs elsewhere.
        case unknown
        /// Its start is under way.
        case starting
        /// Nothing runs, and the first request will start it.
        case idle
        /// It runs.
        case healthy
        /// It runs, and something about it is wrong.
        case degraded
        /// It failed and another start is to come.
        case failing
        /// It failed and nobody will start it again without being asked.
        case givenUp = "given-up"
        /// It is stopped.
        case stopped
    }

    /// One server's line.
    public struct Server: Codable, Sendable, Equatable {
        /// The name in the stack file.
        public var name: String
        /// How it is doing.
        public var state: State
        /// One line that says why, for people.
        public var detail: String
        /// The service unit; nil for services that run elsewhere.
        public var unit: String?
        /// How often the daemon restarted it since the daemon started.
        public var restarts: Int
        /// The URLs by which clients reach it.
        public var endpoints: [String]

        /// Creates a server's line.
        public init(
            name: String, state: State, detail: String, unit: String?, restarts: Int, endpoints: [String]
        ) {
            self.name = name
            self.state = state
            self.detail = detail
            self.unit = unit
            self.restarts = restarts
            self.endpoints = endpoints
        }
    }

    /// The connector's line.
    public struct Connector: Codable, Sendable, Equatable {
        /// `tunnel` or `gateway`.
        public var kind: String
        /// The service unit.
        public var unit: String
        /// How it is doing.
        public var state: State
        /// One line that says why, for people.
        public var detail: String

        /// Creates the connector's line.
        public init(kind: String, unit: String, state: State, detail: String) {
            self.kind = kind
            self.unit = unit
            self.state = state
            self.detail = detail
        }
    }

    /// Something that went wrong, as the journal told it.
    public struct Problem: Codable, Sendable, Equatable {
        /// When, in microseconds since the epoch (the journal's own unit).
        public var time: UInt64
        /// The server it is about; nil for the stack itself.
        public var server: String?
        /// The unit it is about.
        public var unit: String
        /// The journal entry's text.
        public var message: String

        /// Creates a problem.
        public init(time: UInt64, server: String?, unit: String, message: String) {
            self.time = time
            self.server = server
            self.unit = unit
            self.message = message
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The state of the whole stack: observations go in, actions come out.
///
/// One owner holds it; time is an argument, and nothing here has an effect.
public struct StackState: Sendable {
    /// The most problems that are kept; older ones make room.
    public static let mostProblems = 50

    /// What is to be done about an event.
    public enum Action: Sendable, Hashable {
        /// Restart a unit, then call `restartEnded`.
        case restart(unit: String)
        /// Tell people about a unit.
        case report(Incident)
    }

    /// Something to tell people.
    public struct Incident: Sendable, Hashable {
        /// What it is about.
        public var subject: Subject
        /// The unit it was seen on.
        public var unit: String
        /// What was found.
        public var finding: UnitHealth.Finding

        /// Creates an incident.
        public init(subject: Subject, unit: String, finding: UnitHealth.Finding) {
            self.subject = subject
            self.unit = unit
            self.finding = finding
        }
    }

    /// What an incident is about.
    public enum Subject: Sendable, Hashable {
        /// The server of this name.
        case server(String)
        /// The connector of this kind.
        case connector(String)
    }

    /// What is watched.
    public private(set) var stack = WatchedStack()
    var servers: [ServerHealth] = []
    var connector: UnitHealth?
    /// The newest problems, newest first.
    public private(set) var problems: [StatusReport.Problem] = []
    private let limits: UnitHealth.Limits
    private var owners: [String: Owner] = [:]

    private enum Owner {
        case server(Int)
        case connector
    }

    /// Creates the state of a stack of which nothing is known.
    public init(limits: UnitHealth.Limits = UnitHealth.Limits()) {
        self.limits = limits
    }

    /// Watches this stack from now on; what is known of servers that stay as they were is kept.
    public mutating func adopt(_ next: WatchedStack) {
        let known = Dictionary(servers.map { ($0.server.name, $0) }, uniquingKeysWith: { first, _ in first })
        let previous = stack
        stack = next
        servers = next.servers.map { server in
            guard let health = known[server.name], health.server.hasSameUnits(as: server) else {
                return ServerHealth(server, limits: limits)
            }
            return health.described(as: server)
        }
        if next.connector?.unit != previous.connector?.unit {
            connector = next.connector.map { _ in UnitHealth(restsWhenIdle: false, limits: limits) }
        }
        owners = [:]
        for (index, health) in servers.enumerated() {
            for unit in health.units { owners[unit] = .server(index) }
        }
        if let unit = next.connector?.unit { owners[unit] = .connector }
    }

    /// Takes what was seen of a unit; units that are not watched are passed over.
    public mutating func observe(_ seen: UnitObservation, at now: ContinuousClock.Instant) -> [Action] {
        update(seen.unit) { $0.observe(seen, at: now) }
    }

    /// Lets time pass.
    public mutating func tick(at now: ContinuousClock.Instant) -> [Action] {
        stack.units.flatMap { unit in update(unit) { $0.tick(at: now) } }
    }

    /// Takes the end of a restart that was asked for; `refusal` says why it did not happen.
    public mutating func restartEnded(unit: String, refusal: String?) -> [Action] {
        update(unit) { $0.restartEnded(refusal: refusal) }
    }

    /// Keeps a problem that the journal told.
    public mutating func record(_ problem: StatusReport.Problem) {
        problems.insert(problem, at: 0)
        if problems.count > Self.mostProblems { problems.removeLast() }
    }

    /// The name of the server that a unit belongs to; nil for the connector and all other units.
    public func server(ofUnit unit: String) -> String? {
        guard case .server(let index)? = owners[unit] else { return nil }
        return servers[index].server.name
    }

    private mutating func update(
        _ unit: String, _ body: (inout UnitHealth) -> [UnitHealth.Action]
    ) -> [Action] {
        let subject: Subject
        let actions: [UnitHealth.Action]
        switch owners[unit] {
        case .server(let index)?:
            subject = .server(servers[index].server.name)
            actions = servers[index].update(unit: unit, body)
        case .connector?:
            guard var health = connector, let kind = stack.connector?.kind else { return [] }
            subject = .connector(kind)
            actions = body(&health)
            connector = health
        case nil: return []
        }
        return actions.map { action in
            switch action {
            case .restart: .restart(unit: unit)
            case .report(let finding): .report(Incident(subject: subject, unit: unit, finding: finding))
            }
        }
    }
}

extension WatchedStack.Server {
    fileprivate func hasSameUnits(as other: WatchedStack.Server) -> Bool {
        service == other.service && socket == other.socket && isOnDemand == other.isOnDemand
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Judges one server, which is a service and, when it is reached through systemd, a listening socket.
public struct ServerHealth: Sendable, Equatable {
    /// What the server consists of.
    public private(set) var server: WatchedStack.Server
    private var service: UnitHealth
    private var socket: UnitHealth?

    /// Creates the judge of a server that was not seen yet.
    public init(_ server: WatchedStack.Server, limits: UnitHealth.Limits = UnitHealth.Limits()) {
        self.server = server
        service = UnitHealth(restsWhenIdle: server.isOnDemand, mayRestart: !server.isForeign, limits: limits)
        socket = server.socket.map { _ in UnitHealth(restsWhenIdle: false, limits: limits) }
    }

    /// Puts a service that was judged by itself into a server's words.
    init(_ server: WatchedStack.Server, judged service: UnitHealth) {
        self.server = server
        self.service = service
        socket = nil
    }

    /// The same judgement about a server whose units stayed the same.
    func described(as server: WatchedStack.Server) -> ServerHealth {
        var health = self
        health.server = server
        return health
    }

    /// The units that are to be observed.
    public var units: [String] {
        [server.service, server.socket].compactMap { $0 }
    }

    /// How often its units were restarted from here.
    public var restarts: Int {
        service.restarts + (socket?.restarts ?? 0)
    }

    /// Passes an event on to the unit that it is about.
    public mutating func update(
        unit: String, _ body: (inout UnitHealth) -> [UnitHealth.Action]
    ) -> [UnitHealth.Action] {
        if unit == server.service { return body(&service) }
        guard unit == server.socket, var judged = socket else { return [] }
        defer { socket = judged }
        return body(&judged)
    }

    /// How the server does.
    public var state: StatusReport.State {
        guard server.service != nil else { return .unknown }
        switch socket?.phase {
        case .givenUp: return .givenUp
        case .failing, .restarting: return .failing
        default: break
        }
        switch service.phase {
        case .unknown: return .unknown
        case .starting: return .starting
        case .well: return isUnreachable || service.saysTrouble ? .degraded : .healthy
        case .settling: return .degraded
        case .failing, .restarting: return .failing
        case .givenUp: return .givenUp
        case .missing: return .stopped
        case .resting, .stopped: return stateWhileDown
        }
    }

    /// One line for people that says why.
    public var detail: String {
        guard server.service != nil else { return "runs elsewhere" }
        if let socket, let trouble = trouble(of: socket) { return "its socket \(trouble)" }
        if let trouble = trouble(of: service) {
            let isListening = service.phase == .givenUp && isListening
            return isListening ? trouble + "; the next request tries again" : trouble
        }
        switch state {
        case .unknown: return "not seen yet"
        case .starting: return "is starting"
        case .idle: return "the next request starts it"
        case .degraded where isUnreachable: return "runs, and its socket is stopped: nobody new reaches it"
        case .stopped where service.phase == .missing: return "systemd has no usable unit for it"
        case .stopped: return "is stopped"
        default:
            guard service.statusText.isEmpty else { return service.statusText }
            return service.saysTrouble ? "runs, and says that something is wrong" : "runs"
        }
    }

    private var isListening: Bool {
        switch socket?.phase {
        case .well, .settling: true
        default: false
        }
    }

    private var isUnreachable: Bool {
        switch socket?.phase {
        case .stopped, .missing: true
        default: false
        }
    }

    private var stateWhileDown: StatusReport.State {
        guard server.isOnDemand, let socket else { return .stopped }
        switch socket.phase {
        case .unknown: return .unknown
        case .starting: return .starting
        case .well, .settling: return .idle
        default: return .stopped
        }
    }

    private func trouble(of unit: UnitHealth) -> String? {
        let cause = unit.cause.isEmpty ? "" : " (\(unit.cause))"
        switch unit.phase {
        case .failing: return "failed\(cause); it is being started again"
        case .restarting: return "failed\(cause); it is being restarted once"
        case .givenUp: return "failed\(cause) and was given up"
        case .settling: return "is up again after a failure\(cause)"
        default: return nil
        }
    }
}

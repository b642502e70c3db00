// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel
internal import StackPlan
internal import StackRecord
internal import SystemdKit

/// Waits until what has to answer does: the gateway, the connector and the servers with ports of their own.
///
/// Servers on demand count as ready with their socket; nothing wakes them here.
struct Readiness: Sendable {
    let units: any UnitControl
    let progress: ApplyProgress

    /// How a unit shows that it does its work.
    enum Sign: Sendable, Equatable {
        /// By being active: it says itself when it is ready.
        case active
        /// By listening on a port of loopback.
        case port(Int)
        /// By answering well at a path of its port.
        case health(port: Int, path: String)
        /// By answering the bridge on a socket, which is up by itself whatever becomes of the server.
        case bridge(socket: String)
        /// By running the configuration with a fingerprint.
        case gateway(fingerprint: String?)

        /// What is said when it does not come.
        var lack: String? {
            switch self {
            case .active: nil
            case .port(let port): "nothing answers on port \(port)"
            case .health(let port, let path): "it does not say that it is well at http://localhost:\(port)\(path)"
            case .bridge: "its server does not answer ('mcp-stack logs' says why)"
            case .gateway: "it does not run the new configuration"
            }
        }
    }

    /// One thing to wait for.
    struct Subject: Sendable, Equatable {
        /// The service unit.
        var unit: String
        /// How it shows that it is there.
        var sign: Sign
        /// How long it may take.
        var limit: Duration
    }

    /// What has to answer for a stack to be up.
    static func subjects(of stack: Stack, _ plan: Plan) -> [Subject] {
        var result: [Subject] = []
        for (server, record) in zip(stack.servers, plan.state.servers) {
            guard let unit = record.service, record.start == .always else { continue }
            var sign = Sign.active
            if case .proxied = server.program {
                sign = .bridge(socket: Locations.serverSocket(server.name.value))
            }
            if case .http(_, let port) = server.program {
                sign = server.healthPath.map { .health(port: port.value, path: $0.value) } ?? .port(port.value)
            }
            result.append(Subject(unit: unit, sign: sign, limit: server.settings.startTimeout))
        }
        if let connector = plan.state.connector {
            let isGateway = connector.kind == .gateway
            result.append(
                Subject(
                    unit: connector.unit, sign: isGateway ? .gateway(fingerprint: plan.gatewayFingerprint) : .active,
                    limit: isGateway ? .seconds(15) : .seconds(200)))
        }
        return result
    }

    /// Waits for each subject; returns what did not answer in time or gave up.
    func wait(for subjects: [Subject]) async throws(BusError) -> [ApplyTransaction.Problem] {
        var problems: [ApplyTransaction.Problem] = []
        for subject in subjects {
            progress.begin("waiting for \(subject.unit)")
            let problem = try await wait(for: subject)
            progress.end(
                problem.map { "\(subject.unit): \($0)" } ?? "\(subject.unit) answers", isGood: problem == nil)
            if let problem { problems.append(.init(unit: subject.unit, message: problem)) }
        }
        return problems
    }

    private func wait(for subject: Subject) async throws(BusError) -> String? {
        let clock = ContinuousClock()
        let deadline = clock.now + subject.limit
        while true {
            let properties = try await units.properties(of: subject.unit)
            switch properties.activeState {
            case .failed: return "it failed (\(properties.result))"
            case .active where await isShown(subject.sign): return nil
            default: break
            }
            // Several restarts within one start are not a slow start any more.
            if properties.restarts >= 5 { return "it keeps failing (\(properties.result))" }
            if clock.now >= deadline {
                return subject.sign.lack ?? "it is still '\(properties.subState)'"
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func isShown(_ sign: Sign) async -> Bool {
        switch sign {
        case .active: return true
        case .port(let port): return SocketExchange(address: .loopback(port: port)).isListening
        case .health(let port, let path):
            return isWell(at: path, SocketExchange(address: .loopback(port: port)))
        case .bridge(let socket):
            return isWell(at: "/healthz", SocketExchange(address: .unix(path: socket)))
        case .gateway(let fingerprint):
            guard runs(fingerprint) else { return false }
            // nginx lets its old workers accept for 100 ms beside the new ones (ngx_process_cycle.c).
            try? await Task.sleep(for: .milliseconds(200))
            return runs(fingerprint)
        }
    }

    private func isWell(at path: String, _ exchange: SocketExchange) -> Bool {
        (try? exchange.status(of: path)).map { (200..<400).contains($0) } ?? false
    }

    private func runs(_ fingerprint: String?) -> Bool {
        let exchange = SocketExchange(address: .loopback(port: Locations.gatewayPort))
        guard let body = try? exchange.get(Locations.gatewayFingerprint) else { return false }
        return String(decoding: body, as: UTF8.self) == fingerprint
    }
}

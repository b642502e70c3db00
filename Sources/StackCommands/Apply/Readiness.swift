// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
internal import StackModel
internal import StackPlan
internal import SystemdKit

/// Waits until what has to answer does: the gateway, the connector and the servers with ports of their own.
///
/// Servers on demand count as ready with their socket; nothing wakes them here.
struct Readiness: Sendable {
    let units: any UnitControl
    let progress: ApplyProgress

    /// One thing to wait for.
    struct Subject: Sendable, Equatable {
        /// The service unit.
        var unit: String
        /// The port on loopback that must accept connections; nil when being active says it all.
        var port: Int?
        /// How long it may take.
        var limit: Duration
    }

    /// What has to answer for a stack to be up.
    static func subjects(of stack: Stack, _ state: InstalledState) -> [Subject] {
        var result: [Subject] = []
        for (server, record) in zip(stack.servers, state.servers) {
            guard let unit = record.service, record.start == .always else { continue }
            var port: Int?
            if case .http(_, let number) = server.program { port = number.value }
            result.append(Subject(unit: unit, port: port, limit: server.settings.startTimeout))
        }
        if let connector = state.connector {
            let isGateway = connector.kind == .gateway
            result.append(
                Subject(
                    unit: connector.unit, port: isGateway ? Locations.gatewayPort : nil,
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
            case .active where subject.port.map(Self.accepts) ?? true: return nil
            default: break
            }
            // Several restarts within one start are not a slow start any more.
            if properties.restarts >= 5 { return "it keeps failing (\(properties.result))" }
            if clock.now >= deadline {
                return subject.port.map { "nothing answers on port \($0)" } ?? "it is still '\(properties.subState)'"
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Whether something accepts connections on a port of 127.0.0.1.
    static func accepts(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(clamping: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

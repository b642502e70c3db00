// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackObservation
internal import StackPlan
internal import Supervision
internal import SystemdKit

/// Finds out how the stack is doing: from the daemon, or from systemd when the daemon does not answer.
struct StackReporter: Sendable {
    var client = StatusClient(socket: Locations.statusSocket)
    var state = InstalledStateFile(path: "\(Locations.current)/state.json")

    /// A report and, when it does not come from the daemon, why not.
    struct Result: Sendable {
        var report: StatusReport
        var remark: String?
    }

    /// Asks; nothing is started by it.
    func report() async throws -> Result {
        do throws(SocketExchange.Failure) {
            return Result(report: try client.report())
        } catch {
            let remark =
                switch error {
                case .notListening:
                    "the daemon is not running (systemctl enable --now mcp-stack); asked systemd instead"
                case .denied: "only root and the group mcp-stack-admin may ask the daemon; asked systemd instead"
                case .noAnswer: "the daemon does not answer (journalctl -u mcp-stack); asked systemd instead"
                }
            return Result(report: try await observed(), remark: remark)
        }
    }

    private func observed() async throws -> StatusReport {
        let stack = try state.read()
        var observed = StackState()
        observed.adopt(stack)
        if !stack.units.isEmpty {
            let bus = try await SystemBus.connect(description: "mcp-stack status")
            // Only one look: nothing is restarted from here, and what is down now counts as down.
            let now = ContinuousClock.now
            for unit in stack.units {
                _ = observed.observe(UnitObservation(try await bus.properties(of: unit)), at: now)
            }
            _ = observed.tick(at: now + .seconds(3600))
            bus.close()
        }
        var report = observed.report
        report.source = .systemd
        return report
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import SystemdKit

/// What applying a generation asks of the service manager.
protocol UnitControl: Sendable {
    /// Makes the service manager read all unit files again.
    func reloadDaemon() async throws(BusError)
    /// Stops units and waits.
    func stop(_ units: [String]) async throws(BusError) -> [JobOutcome]
    /// Restarts those of the units that run and waits.
    func restartIfActive(_ units: [String]) async throws(BusError) -> [JobOutcome]
    /// Makes running units read their configuration again.
    func reload(_ units: [String]) async throws(BusError) -> [JobOutcome]
    /// Starts units and waits.
    func start(_ units: [String]) async throws(BusError) -> [JobOutcome]
    /// What the service manager knows of a unit.
    func properties(of unit: String) async throws(BusError) -> UnitProperties
}

/// The service manager of this machine.
struct SystemdUnitControl: UnitControl {
    private let bus: SystemBus

    /// Connects to systemd.
    init() async throws(BusError) {
        bus = try await SystemBus.connect(description: "mcp-stack apply")
    }

    func reloadDaemon() async throws(BusError) {
        try await bus.reloadDaemon()
    }

    func stop(_ units: [String]) async throws(BusError) -> [JobOutcome] {
        try await bus.stop(units)
    }

    func restartIfActive(_ units: [String]) async throws(BusError) -> [JobOutcome] {
        try await bus.restartIfActive(units)
    }

    func reload(_ units: [String]) async throws(BusError) -> [JobOutcome] {
        try await bus.reload(units)
    }

    func start(_ units: [String]) async throws(BusError) -> [JobOutcome] {
        try await bus.start(units)
    }

    func properties(of unit: String) async throws(BusError) -> UnitProperties {
        try await bus.properties(of: unit)
    }
}

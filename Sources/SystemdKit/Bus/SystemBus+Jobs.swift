// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension SystemBus {
    /// Starts units and waits until each is up or has failed.
    ///
    /// - Returns: one outcome for each unit, in the given order. A unit that systemd does not accept has the result
    ///   `.refused`; the others go on.
    /// - Throws: `BusError` when the connection is lost.
    public func start(
        _ units: [String], timeout: Duration = .seconds(210)
    ) async throws(BusError) -> [JobOutcome] {
        try await run("StartUnit", units, timeout: timeout)
    }

    /// Stops units and waits until each is down.
    ///
    /// Outcomes and errors are those of `start(_:timeout:)`.
    public func stop(
        _ units: [String], timeout: Duration = .seconds(210)
    ) async throws(BusError) -> [JobOutcome] {
        try await run("StopUnit", units, timeout: timeout)
    }

    /// Restarts units, starting those that are down, and waits until each is up or has failed.
    ///
    /// Outcomes and errors are those of `start(_:timeout:)`.
    public func restart(
        _ units: [String], timeout: Duration = .seconds(210)
    ) async throws(BusError) -> [JobOutcome] {
        try await run("RestartUnit", units, timeout: timeout)
    }

    /// Restarts those of the units that are up and waits for them.
    ///
    /// Outcomes and errors are those of `start(_:timeout:)`.
    public func restartIfActive(
        _ units: [String], timeout: Duration = .seconds(210)
    ) async throws(BusError) -> [JobOutcome] {
        try await run("TryRestartUnit", units, timeout: timeout)
    }

    /// Makes running units read their configuration again, without interruption, and waits for them.
    ///
    /// Outcomes and errors are those of `start(_:timeout:)`; a unit that cannot reload or is down is refused.
    public func reload(
        _ units: [String], timeout: Duration = .seconds(210)
    ) async throws(BusError) -> [JobOutcome] {
        try await run("ReloadUnit", units, timeout: timeout)
    }

    /// Makes systemd run its generators and read all unit files again; returns when it has.
    ///
    /// - Throws: `BusError`, with `.timedOut` when it takes longer than `timeout`.
    public func reloadDaemon(timeout: Duration = .seconds(180)) async throws(BusError) {
        try await call(method("Reload", timeout: timeout, decode: { (_) throws(BusError) in }))
    }

    private func run(
        _ member: String, _ units: [String], timeout: Duration
    ) async throws(BusError) -> [JobOutcome] {
        var jobs: [Result<String, BusError>] = []
        for unit in units {
            // One after the other, so that systemd gets the jobs in the caller's order.
            do throws(BusError) {
                let path = try await call(
                    method(
                        member,
                        arguments: { (message) throws(BusError) in
                            try message.append(unit)
                            try message.append("replace")
                        }, decode: { (message) throws(BusError) in try message.readString("o") }))
                jobs.append(.success(path))
            } catch {
                guard error.code != .disconnected else { throw error }
                jobs.append(.failure(error))
            }
        }
        return try await outcomes(of: jobs, units: units, timeout: timeout)
    }

    private func outcomes(
        of jobs: [Result<String, BusError>], units: [String], timeout: Duration
    ) async throws(BusError) -> [JobOutcome] {
        var outcomes = units.map { JobOutcome(unit: $0, result: .stillRunning) }
        await withTaskGroup(of: (Int, JobResult).self) { group in
            for (index, job) in jobs.enumerated() {
                switch job {
                case .failure(let error): outcomes[index].result = .refused(error)
                case .success(let path):
                    group.addTask { (index, await self.result(ofJob: path, timeout: timeout)) }
                }
            }
            for await (index, result) in group { outcomes[index].result = result }
        }
        if outcomes.contains(where: { $0.result == .refused(.closed) }) { throw BusError.closed }
        return outcomes
    }
}

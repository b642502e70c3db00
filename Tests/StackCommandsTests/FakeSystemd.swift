// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import HostFiles
import StackPlan
import Synchronization
import SystemdKit

@testable import StackCommands

/// A service manager in memory: it loads the units of the generation in force and runs their texts.
///
/// Like the real one it refuses units that it does not know and keeps running what was unloaded until it is stopped.
final class FakeSystemd: UnitControl {
    private struct State {
        var loaded: [String: String] = [:]
        var wanted: Set<String> = []
        var running: [String: String] = [:]
        var calls: [String] = []
    }

    private let store: GenerationStore
    private let state = Mutex(State())
    private let beforeCall: @Sendable (String) throws(BusError) -> Void
    private let failing: Set<String>

    init(
        store: GenerationStore, failing: Set<String> = [],
        beforeCall: @escaping @Sendable (String) throws(BusError) -> Void = { _ in }
    ) {
        self.store = store
        self.failing = failing
        self.beforeCall = beforeCall
    }

    /// The units that run, with the text each was started from.
    var running: [String: String] { state.withLock(\.running) }
    /// What was asked for, in order.
    var calls: [String] { state.withLock(\.calls) }

    /// A manager that goes on with what this one runs, without its interruptions.
    func calm() -> FakeSystemd {
        interrupted { _ in }
    }

    /// A manager that goes on with what this one runs, and stops working when the hook throws.
    func interrupted(_ beforeCall: @escaping @Sendable (String) throws(BusError) -> Void) -> FakeSystemd {
        let next = FakeSystemd(store: store, beforeCall: beforeCall)
        let copy = state.withLock { $0 }
        next.state.withLock { $0 = copy }
        return next
    }

    private func enter(_ call: String) throws(BusError) {
        try beforeCall(call)
        state.withLock { $0.calls.append(call) }
    }

    func reloadDaemon() async throws(BusError) {
        try enter("daemon-reload")
        var loaded: [String: String] = [:]
        var wanted: Set<String> = []
        if let current = (try? store.current()) ?? nil, let entries = try? store.entries(of: current) {
            for (path, entry) in entries where path.hasPrefix("units/") {
                let name = path.split(separator: "/").last.map(String.init) ?? ""
                switch entry {
                case .file(let bytes, _): loaded[name] = String(decoding: bytes, as: UTF8.self)
                case .link: wanted.insert(name)
                }
            }
        }
        state.withLock {
            $0.loaded = loaded
            $0.wanted = wanted
        }
    }

    func start(_ units: [String]) async throws(BusError) -> [JobOutcome] {
        try enter("start \(units.joined(separator: " "))")
        return units.map { unit in
            guard !failing.contains(unit) else { return JobOutcome(unit: unit, result: .failed) }
            return state.withLock { state in
                if unit == ApplyTransaction.target {
                    state.running[unit] = ""
                    for name in state.wanted where state.running[name] == nil {
                        state.running[name] = state.loaded[name]
                    }
                } else if let text = state.loaded[unit] {
                    state.running[unit] = state.running[unit] ?? text
                } else {
                    return JobOutcome(unit: unit, result: .refused(BusError(code: .noSuchUnit, message: "no unit")))
                }
                return JobOutcome(unit: unit, result: .done)
            }
        }
    }

    func stop(_ units: [String]) async throws(BusError) -> [JobOutcome] {
        try enter("stop \(units.joined(separator: " "))")
        return units.map { unit in
            state.withLock { state in
                guard state.running.removeValue(forKey: unit) != nil || state.loaded[unit] != nil else {
                    return JobOutcome(unit: unit, result: .refused(BusError(code: .noSuchUnit, message: "no unit")))
                }
                return JobOutcome(unit: unit, result: .done)
            }
        }
    }

    func restartIfActive(_ units: [String]) async throws(BusError) -> [JobOutcome] {
        try enter("restart \(units.joined(separator: " "))")
        return units.map { unit in
            state.withLock { state in
                if state.running[unit] != nil { state.running[unit] = state.loaded[unit] }
                return JobOutcome(unit: unit, result: .done)
            }
        }
    }

    func reload(_ units: [String]) async throws(BusError) -> [JobOutcome] {
        try enter("reload \(units.joined(separator: " "))")
        return units.map { JobOutcome(unit: $0, result: .done) }
    }

    func properties(of unit: String) async throws(BusError) -> UnitProperties {
        var properties = UnitProperties(name: unit)
        properties.activeState = state.withLock { $0.running[unit] != nil } ? .active : .inactive
        return properties
    }

    /// The units that would be running if every one had been started from the generation in force.
    func desired() throws -> [String: String] {
        guard let current = try store.current() else { return [:] }
        let generation = try store.installed(current)
        var result = [ApplyTransaction.target: ""]
        for link in generation.links {
            let name = link.split(separator: "/").last.map(String.init) ?? ""
            result[name] = generation.texts["units/\(name)"]
        }
        return result
    }
}

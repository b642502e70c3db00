// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles
internal import StackPlan
internal import SystemdKit

/// Puts a generation in force: files first, in one atomic step, then the units that changed.
///
/// Wherever it is stopped, the files of one whole generation are in force and `transition` tells the next
/// command that the units may still be those of the other one.
struct ApplyTransaction: Sendable {
    let store: GenerationStore
    let units: any UnitControl
    let progress: ApplyProgress

    /// The unit that groups the whole stack.
    static let target = "mcp-stack.target"

    /// Something that did not come up.
    struct Problem: Sendable, Equatable {
        /// The unit.
        var unit: String
        /// What happened, as half a sentence.
        var message: String
        /// Both in one line.
        var text: String { "\(unit): \(message)" }
    }

    /// Finishes a change that an earlier command began: to its end when its files are in force, else it is dropped.
    ///
    /// - Returns: What did not come up; empty also when there was nothing to finish.
    func finishInterrupted() async throws(ApplyError) -> [Problem] {
        let transition: GenerationStore.Transition?
        let next: InstalledGeneration
        var previous: InstalledGeneration?
        do throws(HostFileError) {
            transition = try store.transition()
            guard let transition else { return [] }
            guard try store.current() == transition.to else {
                try store.discard(transition.to)
                try store.end()
                progress.step("dropped generation \(transition.to), which an interrupted run had only written")
                return []
            }
            next = try store.installed(transition.to)
            if let from = transition.from { previous = try store.installed(from) }
        } catch {
            throw .files(error)
        }
        progress.step("finishing generation \(next.number), which an interrupted run left half-way")
        return try await bringUp(PlanDiff(from: previous, to: next), wasUp: try await isUp(after: previous?.number))
    }

    /// Installs a generation and brings its units up.
    ///
    /// - Returns: What did not come up; the generation is in force all the same.
    func apply(
        _ number: Int, _ entries: [String: GenerationStore.Entry], after current: Int?, _ diff: PlanDiff
    ) async throws(ApplyError) -> [Problem] {
        let wasUp = try await isUp(after: current)
        do throws(HostFileError) {
            try store.stage(number, entries)
            try store.begin(.init(from: current, to: number))
            try store.makeCurrent(number)
        } catch {
            throw .files(error)
        }
        progress.step("generation \(number) is in force")
        return try await bringUp(diff, wasUp: wasUp)
    }

    /// Whether the stack is to run: it does, or nothing was applied before and so nobody stopped it.
    private func isUp(after current: Int?) async throws(ApplyError) -> Bool {
        guard current != nil else { return true }
        do throws(BusError) {
            return try await units.properties(of: Self.target).activeState == .active
        } catch {
            throw .systemd(error)
        }
    }

    private func bringUp(_ diff: PlanDiff, wasUp: Bool) async throws(ApplyError) -> [Problem] {
        var problems: [Problem] = []
        do throws(BusError) {
            for action in diff.actionsBeforeReload {
                problems += try await carryOut(action)
            }
            try await units.reloadDaemon()
            for action in diff.actionsAfterReload {
                // A stack that was stopped on purpose stays down.
                guard wasUp || action.verb == .stop else { continue }
                problems += try await carryOut(action)
            }
            if wasUp {
                _ = try await units.start([Self.target])
            } else {
                progress.step("the stack is stopped; 'systemctl start mcp-stack' brings it up")
            }
        } catch {
            throw .systemd(error)
        }
        do throws(HostFileError) {
            try store.end()
        } catch {
            throw .files(error)
        }
        return problems
    }

    private func carryOut(_ action: PlanDiff.UnitAction) async throws(BusError) -> [Problem] {
        progress.begin("\(action.verb.rawValue) \(action.unit)")
        let outcomes: [JobOutcome] =
            switch action.verb {
            case .stop: try await units.stop([action.unit])
            case .restart: try await units.restartIfActive([action.unit])
            case .reload: try await reloadIfActive(action.unit)
            case .start: try await units.start([action.unit])
            }
        let problems = outcomes.compactMap { outcome -> Problem? in
            switch outcome.result {
            case .done, .skipped: nil
            // A unit that is gone needs no stopping.
            case .refused(let error) where action.verb == .stop && error.code == .noSuchUnit: nil
            default: Problem(unit: outcome.unit, message: "\(action.verb.rawValue) \(outcome.result.summary)")
            }
        }
        progress.end(problems.first?.text ?? done(action), isGood: problems.isEmpty)
        return problems
    }

    private func reloadIfActive(_ unit: String) async throws(BusError) -> [JobOutcome] {
        guard try await units.properties(of: unit).activeState == .active else { return try await units.start([unit]) }
        return try await units.reload([unit])
    }

    private func done(_ action: PlanDiff.UnitAction) -> String {
        let past =
            switch action.verb {
            case .stop: "stopped"
            case .restart: "restarted"
            case .reload: "reloaded"
            case .start: "started"
            }
        return "\(past) \(action.unit) (\(action.reason))"
    }
}

/// Why a generation could not be put in force.
enum ApplyError: CommandFailing, Equatable {
    /// A file operation failed.
    case files(HostFileError)
    /// systemd did not do what it was asked.
    case systemd(BusError)

    var commandFailure: CommandFailure {
        switch self {
        case .files(let error): CommandFailure(error.description)
        case .systemd(let error):
            CommandFailure(
                "systemd: \(error)", hint: "run 'mcp-stack apply' again; it finishes what was begun")
        }
    }
}

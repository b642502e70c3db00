// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import Glibc
internal import HostFiles
internal import StackModel
internal import StackPlan
internal import StackRecord
internal import SystemdKit

/// Makes the machine what the stack file says.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Install what the stack file says, and start, restart and stop only what changed.")

    @OptionGroup var stack: StackOptions

    @Flag(name: .long, help: "Do not ask.")
    var yes = false

    func run() async throws {
        let console = Console.standard
        guard geteuid() == 0 else {
            throw CommandFailure("'apply' installs system services and needs root", hint: "sudo mcp-stack apply")
        }
        let store = GenerationStore(directory: Locations.configuration)
        try HostFiles().makeDirectory(Locations.configuration)
        let lock = try await takeLock()
        let units = try await connect()
        let progress = ApplyProgress(console: console)
        let transaction = ApplyTransaction(store: store, units: units, progress: progress)
        // What the earlier run left broken may be what the file now mends, so it ends nothing.
        for problem in try await transaction.finishInterrupted() { console.note("note: \(problem.text)") }
        let prepared = try PreparedPlan(
            config: stack.config, store: store, host: HostFacts(), isApplying: true, console: console)
        guard !prepared.diff.isEmpty else {
            console.output("Nothing to change.")
            return
        }
        try confirm(prepared, console)
        let problems = try await transaction.apply(
            prepared.number, prepared.plan.generation(of: prepared.loaded), after: prepared.current, prepared.diff)
        try report(problems)
        guard try await units.properties(of: ApplyTransaction.target).activeState == .active else {
            console.output("Generation \(prepared.number) is installed; the stack is stopped.")
            return
        }
        let readiness = Readiness(units: units, progress: progress)
        try report(try await readiness.wait(for: Readiness.subjects(of: prepared.stack, prepared.plan)))
        summarise(prepared, console, isWatched: await isWatched(units))
        _ = consume lock
    }

    /// Takes the lock; a command that is just ending, or was killed, gets a moment to let go of it.
    private func takeLock() async throws -> FileLock {
        let end = ContinuousClock.now + .seconds(3)
        while true {
            do throws(HostFileError) {
                return try FileLock("\(Locations.configuration)/.lock")
            } catch {
                guard error.code == .lock else { throw CommandFailure(error.description) }
                guard ContinuousClock.now < end else {
                    throw CommandFailure("another 'mcp-stack' is changing the stack", hint: "wait for it to finish")
                }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func connect() async throws -> SystemdUnitControl {
        do throws(BusError) {
            return try await SystemdUnitControl()
        } catch {
            throw CommandFailure(
                "cannot talk to systemd: \(error)", hint: "'mcp-stack generate' writes the files without systemd")
        }
    }

    private func confirm(_ prepared: PreparedPlan, _ console: Console) throws {
        if yes { return }
        console.outputText(PlanRendering(isColoured: console.isOutputColoured).render(prepared.diff))
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure("nobody is there to confirm", hint: "'mcp-stack apply --yes' does not ask")
        }
        console.noteText("\nApply this? [y/N] ")
        guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else {
            throw CommandFailure("nothing was changed")
        }
    }

    private func report(_ problems: [ApplyTransaction.Problem]) throws {
        guard let first = problems.first else { return }
        throw CommandFailure(
            problems.map(\.text).joined(separator: "\n           "),
            hint: "'mcp-stack logs' and 'journalctl -u \(first.unit)' tell why")
    }

    private func isWatched(_ units: SystemdUnitControl) async -> Bool {
        let properties = try? await units.properties(of: "mcp-stack.service")
        return properties?.activeState == .active
    }

    private func summarise(_ prepared: PreparedPlan, _ console: Console, isWatched: Bool) {
        console.output("Generation \(prepared.number) is up.")
        for server in prepared.plan.state.servers {
            for endpoint in server.endpoints { console.output("  \(server.name): \(endpoint)") }
        }
        if case .quick = prepared.stack.tunnel {
            let url = prepared.plan.state.connector?.metrics.flatMap(QuickTunnel.url(metrics:))
            console.output(
                "  \(url ?? "its journal tells the name"), until the connector starts again: for testing only")
        }
        if !isWatched {
            console.output("Next: systemctl enable --now mcp-stack, which starts it at boot and watches it.")
        }
    }
}

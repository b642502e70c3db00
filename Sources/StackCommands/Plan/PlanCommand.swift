// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import HostFiles
internal import StackPlan

/// Shows what `apply` would change, and changes nothing.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what 'apply' would change, and what there is to do at Cloudflare.")

    @OptionGroup var stack: StackOptions

    @Option(name: .long, help: "text or json.")
    var format: OutputFormat = .text

    func run() throws {
        let console = Console.standard
        let store = GenerationStore(directory: Locations.configuration)
        let prepared = try PreparedPlan(
            config: stack.config, store: store, host: HostFacts(), isApplying: false, console: console)
        switch format {
        case .text:
            console.outputText(PlanRendering(isColoured: console.isOutputColoured).render(prepared.diff))
            if let remote = RemotePlan(prepared.stack) { console.outputText("\n" + remote.toDo) }
        case .json:
            console.output(try JSONOutput.encode(PlanRecord(prepared)))
        }
    }
}

/// A plan as `--format json` prints it.
private struct PlanRecord: Encodable {
    struct File: Encodable {
        var path: String
        var change: String
    }

    var version = 1
    var current: Int?
    var next: Int
    var files: [File]
    var actions: [PlanDiff.UnitAction]
    /// What the stack wants at Cloudflare, whether or not it is there already.
    var remote: RemotePlan?

    init(_ prepared: PreparedPlan) {
        current = prepared.current
        next = prepared.number
        files = prepared.diff.files.map {
            File(path: $0.path, change: $0.old == nil ? "added" : $0.new == nil ? "removed" : "changed")
        }
        actions = prepared.diff.actions
        remote = RemotePlan(prepared.stack)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import Diagnostics
internal import StackModel
internal import StackPlan

/// Says everything that is wrong with a stack file, and changes nothing.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the stack file, and have systemd, cloudflared and nginx judge what it generates.")

    @OptionGroup var stack: StackOptions

    @Option(name: .long, help: "text or json.")
    var format: OutputFormat = .text

    @Flag(name: .long, help: "End with status 1 when there are warnings.")
    var strict = false

    @Option(
        name: .long,
        help: ArgumentHelp("Another machine's stack file, which must not claim the same host names.", valueName: "file")
    )
    var against: [String] = []

    func run() async throws {
        let console = Console.standard
        let loaded = try LoadedStack(path: stack.config)
        var diagnostics = loaded.file.diagnostics
        if let stack = loaded.file.stack {
            let facts = HostFacts().facts(for: stack, from: self.stack.config, generation: 1)
            diagnostics += HostCheck(stack: stack, facts: facts).diagnostics(isApplying: false)
            for path in against {
                guard let other = try LoadedStack(path: path).file.stack else {
                    throw CommandFailure(
                        "'\(path)' has errors of its own", hint: "mcp-stack check --config '\(path)'",
                        status: .configuration)
                }
                diagnostics += RivalStack.diagnostics(of: stack, against: other, named: path)
            }
            let plan = try StackCompiler(stack: stack, facts: facts).plan()
            diagnostics += try await Verification(plan: plan, facts: facts).diagnostics()
        }
        diagnostics = diagnostics.sortedByPosition()
        switch format {
        case .text: report(diagnostics, loaded, console)
        case .json: console.output(try JSONOutput.encode(diagnostics.map { DiagnosticRecord($0, file: stack.config) }))
        }
        if diagnostics.hasErrors { throw CommandFailure.silent(.configuration) }
        if strict, !diagnostics.isEmpty { throw CommandFailure.silent(.failed) }
    }

    private func report(_ diagnostics: [Diagnostic], _ loaded: LoadedStack, _ console: Console) {
        let renderer = TextRenderer(isColoured: console.isErrorColoured)
        for diagnostic in diagnostics {
            console.noteText(renderer.render(diagnostic, in: loaded.file.source))
        }
        let errors = diagnostics.count { $0.severity == .error }
        let warnings = diagnostics.count - errors
        guard errors == 0 else { return console.note(counted(errors, "error") + ", " + counted(warnings, "warning")) }
        let count = loaded.file.stack?.servers.count ?? 0
        console.output("\(stack.config): \(counted(count, "server")), \(counted(warnings, "warning")), no errors")
    }

    private func counted(_ count: Int, _ word: String) -> String {
        "\(count) \(word)\(count == 1 ? "" : "s")"
    }
}

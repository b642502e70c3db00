// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import Supervision

/// Shows how the servers and the connector are doing.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the servers and what carries their requests are doing.")

    @OptionGroup var stack: StackOptions

    @Option(name: .long, help: "text or json.")
    var format: OutputFormat = .text

    func run() async throws {
        let console = Console.standard
        let result = try await StackReporter().report()
        if let remark = result.remark { console.note("note: \(remark)") }
        switch format {
        case .text: console.outputText(StatusTable(isColoured: console.isOutputColoured).render(result.report))
        case .json: console.output(try JSONOutput.encode(result.report))
        }
    }
}

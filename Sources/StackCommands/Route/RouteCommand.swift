// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import StackModel
internal import StackPlan

/// Says which server gets the requests for a URL, and why.
struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Say which rule and which server a URL leads to, and why.")

    @Argument(help: ArgumentHelp("The URL, with its scheme.", valueName: "url"))
    var url: String

    @OptionGroup var stack: StackOptions

    @Option(name: .long, help: "text or json.")
    var format: OutputFormat = .text

    func run() throws {
        try run(on: .standard)
    }

    func run(on console: Console) throws(CommandFailure) {
        let request: RequestURL
        do throws(RequestURL.Problem) {
            request = try RequestURL(parsing: url)
        } catch {
            throw CommandFailure(
                error.message(about: url), hint: error == .noHostname ? "write https://\(url)" : nil, status: .usage)
        }
        let loaded = try LoadedStack(path: stack.config)
        // 'check' is for warnings; here they would hide the answer.
        let stack = try loaded.stack(showingWarnings: false, on: console)
        let answer = RouteAnswer(url: url, request: request, stack: stack)
        switch format {
        case .text: console.outputText(answer.text)
        case .json: console.output(try JSONOutput.encode(answer))
        }
    }
}

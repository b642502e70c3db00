// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import HostFiles
internal import StackPlan

/// Writes a first stack file.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented stack file that runs without an account; never over an existing one.")

    @OptionGroup var stack: StackOptions

    func run() throws {
        let files = HostFiles()
        guard files.kind(stack.config) == nil else {
            throw CommandFailure(
                "'\(stack.config)' exists already and stays as it is", hint: "'mcp-stack check' says what it means")
        }
        if let slash = stack.config.lastIndex(of: "/"), slash != stack.config.startIndex {
            try files.makeDirectory(String(stack.config[..<slash]))
        }
        try files.create(stack.config, FirstStack.text.utf8)
        let option = stack.config == Locations.stackFile ? "" : " --config \(stack.config)"
        Console.standard.output("Wrote \(stack.config). Next: mcp-stack check\(option), then mcp-stack apply\(option)")
    }
}

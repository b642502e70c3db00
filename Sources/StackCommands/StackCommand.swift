// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import ArgumentParser

/// The command line of `mcp-stack`.
public struct StackCommand: AsyncParsableCommand {
    /// The name and abstract of the command.
    public static let configuration = CommandConfiguration(commandName: "mcp-stack")

    /// Creates the command; its values come from the arguments.
    public init() {}

    /// Runs the command.
    public mutating func run() async throws {}
}

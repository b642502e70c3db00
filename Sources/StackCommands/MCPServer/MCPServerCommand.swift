// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser

/// Runs the stack's own MCP server on standard input and output.
struct MCPServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp-server",
        abstract: "Answer questions about the stack as an MCP server on standard input and output.",
        discussion: "A server with 'builtin: status' in the stack file runs this behind the bridge.")

    @OptionGroup var stack: StackOptions

    func run() async throws {
        let reporter = StackReporter()
        let server = StatusServer { try await reporter.report().report }
        try await StdioLoop.run { await server.answer(to: $0) }
    }
}

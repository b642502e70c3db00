// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import ArgumentParser

/// The command line of `mcp-stack`.
public struct StackCommand: AsyncParsableCommand {
    /// The name, abstract and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "mcp-stack",
        abstract: "Take MCP servers from one file to hardened systemd units, a gateway and a tunnel.",
        discussion: "The stack file is /etc/mcp-stack/stack.yaml; 'mcp-stack init' writes a first one.",
        version: "mcp-stack \(ProgramVersion.text)",
        subcommands: [
            InitCommand.self, ImportCommand.self, CheckCommand.self, GenerateCommand.self, PlanCommand.self,
            ApplyCommand.self, RouteCommand.self, StatusCommand.self, LogsCommand.self, SecretCommand.self,
            MCPServerCommand.self, ExecCommand.self,
        ])

    /// Creates the command; its values come from the arguments.
    public init() {}

    /// Parses the arguments, runs the command and ends the process with its exit status.
    public static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as any CommandFailing {
            let failure = failure.commandFailure
            Console.standard.note(failure.rendered)
            exit(withError: ExitCode(failure.status.rawValue))
        } catch {
            // ArgumentParser ends wrong usage with 64; scripts of this program rely on 2.
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Console.standard.note(fullMessage(for: error))
            exit(withError: ExitCode(ExitStatus.usage.rawValue))
        }
    }
}

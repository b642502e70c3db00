// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import ArgumentParser
import Glibc
import SystemdKit

/// The command line of `mcp-stackd`.
public struct DaemonCommand: AsyncParsableCommand {
    /// The name and abstract of the command.
    public static let configuration = CommandConfiguration(
        commandName: "mcp-stackd",
        abstract: "Watches the MCP servers of this machine.",
        discussion: "It is run by mcp-stack.service; see mcp-stackd(8).")

    @Option(help: ArgumentHelp("The description of the installed stack.", valueName: "path"))
    var state = "/etc/mcp-stack/current/state.json"

    @Option(help: ArgumentHelp("The status socket to serve.", valueName: "path"))
    var socket = "/run/mcp-stack/status.sock"

    /// Creates the command; its values come from the arguments.
    public init() {}

    /// Runs the daemon until it is told to stop.
    public mutating func run() async throws {
        let log = DaemonLog.journal()
        do {
            try await Daemon(statePath: state, socketPath: socket).run(log: log)
        } catch {
            log.write(
                JournalRecord(
                    "cannot run: \(error)", priority: .critical, id: MessageID.cannotRun,
                    fields: [.init(.cause, "\(error)")]))
            throw ExitCode.failure
        }
    }

    /// Parses the arguments and runs the command; wrong usage exits with status 2, as sysexits(3) codes are for
    /// configuration here.
    public static func main() async {
        do {
            var command = try parseAsRoot()
            if var daemon = command as? DaemonCommand {
                try await daemon.run()
            } else {
                try command.run()
            }
        } catch  where exitCode(for: error) == .validationFailure {
            let text = Array("\(fullMessage(for: error))\n".utf8)
            _ = write(STDERR_FILENO, text, text.count)
            Glibc.exit(2)
        } catch {
            exit(withError: error)
        }
    }
}

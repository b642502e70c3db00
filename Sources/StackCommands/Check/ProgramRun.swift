// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Subprocess
internal import SystemPackage

/// Runs another program to its end and keeps what it said.
struct ProgramRun: Sendable {
    /// Whether it ended with status 0.
    var succeeded: Bool
    /// What it wrote to standard output.
    var output: String
    /// What it wrote to standard error.
    var errors: String

    /// Runs a program with a bounded output, and with an input that may be empty.
    ///
    /// - Throws: `CommandFailure` when it cannot be started.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], input: [UInt8] = []
    ) async throws(CommandFailure) -> ProgramRun {
        do {
            var changes: [Environment.Key: String?] = [:]
            for (name, value) in environment { changes[Environment.Key(stringLiteral: name)] = value }
            let result = try await Subprocess.run(
                .path(FilePath(program)), arguments: Arguments(arguments), environment: .inherit.updating(changes),
                input: .array(input), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            return ProgramRun(
                succeeded: result.terminationStatus.isSuccess, output: result.standardOutput,
                errors: result.standardError)
        } catch {
            throw CommandFailure("cannot run '\(program)': \(error)")
        }
    }
}

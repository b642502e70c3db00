// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles
internal import StackObservation
internal import SystemdKit

/// The exit statuses of the program.
enum ExitStatus: Int32 {
    /// Something went wrong.
    case failed = 1
    /// The arguments are wrong.
    case usage = 2
    /// The configuration is wrong (`EX_CONFIG` of sysexits.h).
    case configuration = 78
}

/// Why a command ends without having done what it was asked for.
struct CommandFailure: CommandFailing, Equatable {
    /// What went wrong; empty when everything has been said already.
    var message: String
    /// What to do about it.
    var hint: String?
    /// The exit status of the process.
    var status: ExitStatus

    init(_ message: String, hint: String? = nil, status: ExitStatus = .failed) {
        self.message = message
        self.hint = hint
        self.status = status
    }

    /// Ends the command without another word.
    static func silent(_ status: ExitStatus) -> CommandFailure {
        CommandFailure("", status: status)
    }

    var rendered: String {
        guard !message.isEmpty else { return "" }
        return "mcp-stack: \(message)" + (hint.map { "\n  hint: \($0)" } ?? "")
    }
}

/// An error that a person at the command line can be told as it is.
protocol CommandFailing: Error {
    /// The error in the words of the command line.
    var commandFailure: CommandFailure { get }
}

extension CommandFailure {
    var commandFailure: CommandFailure { self }
}

extension HostFileError: CommandFailing {
    var commandFailure: CommandFailure { CommandFailure(description) }
}

extension BusError: CommandFailing {
    var commandFailure: CommandFailure { CommandFailure("systemd: \(self)") }
}

extension StateFileError: CommandFailing {
    var commandFailure: CommandFailure { CommandFailure(description, hint: remedy) }
}

extension CredentialVariable.Failure: CommandFailing {
    var commandFailure: CommandFailure { CommandFailure(description) }
}

extension JournalError: CommandFailing {
    var commandFailure: CommandFailure { CommandFailure("the journal: \(message)") }
}

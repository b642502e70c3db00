// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import CSpawn
internal import Glibc
internal import SystemdKit

/// Becomes another program, with credentials in its environment.
struct ExecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a program with credentials of its unit as environment variables.",
        discussion:
            "Generated units use it for servers that speak HTTP themselves; the bridge does the same for the others.",
        shouldDisplay: false)

    private static let directoryVariable = "CREDENTIALS_DIRECTORY"

    @OptionGroup var stack: StackOptions
    @OptionGroup var secrets: SecretOptions

    @Argument(parsing: .postTerminator, help: "The program and its arguments.")
    var command: [String] = []

    func validate() throws {
        if command.first?.isEmpty ?? true { throw ValidationError("no program is named; put it after '--'") }
    }

    func run() throws {
        var entries = ProcessEnvironment.entries()
        let directory = ProcessEnvironment.value(of: Self.directoryVariable, in: entries)
        let variables = try secrets.variables
        let replaced = Set(variables.map(\.name) + [Self.directoryVariable])
        entries.removeAll { replaced.contains(ProcessEnvironment.name(of: $0)) }
        for variable in variables { entries.append(try variable.entry(in: directory)) }

        var arguments = command.map { strdup($0) } + [nil]
        var environment = entries.map { strdup($0) } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        // Threads of the concurrency runtime block every signal, and a program inherits that with its process.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        execvpe(command[0], &arguments, &environment)
        throw CommandFailure("cannot run '\(command[0])': \(String(cString: strerror(errno)))")
    }
}

/// The options that say which credentials become which variables.
struct SecretOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Set a variable to a credential.", valueName: "variable=credential"))
    var secret: [String] = []

    @Option(help: ArgumentHelp("Set a variable to the path of a credential's file.", valueName: "variable=credential"))
    var secretFile: [String] = []

    func validate() throws { _ = try variables }

    /// What was asked for.
    var variables: [CredentialVariable] {
        get throws {
            try Self.parse(secret, .value) + Self.parse(secretFile, .path)
        }
    }

    private static func parse(_ texts: [String], _ content: CredentialVariable.Content) throws -> [CredentialVariable] {
        try texts.map { text in
            guard let variable = CredentialVariable(parsing: text, content: content) else {
                throw ValidationError("'\(text)' is not of the form VARIABLE=CREDENTIAL")
            }
            return variable
        }
    }
}

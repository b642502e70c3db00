// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import Glibc
internal import StackModel

/// Keeps the secrets of the servers.
struct SecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Keep the servers' secrets, encrypted so that only systemd on this machine can read them.",
        subcommands: [SecretSet.self, SecretList.self, SecretRemove.self])
}

/// The name of a secret, as an argument.
struct SecretName: ParsableArguments {
    @Argument(help: "The secret's name, as 'credential:' in the stack file gives it.")
    var name: String

    func validate() throws {
        if !CredentialName.isValid(name) { throw ValidationError("'\(name)': \(CredentialName.rule)") }
    }
}

/// Says which servers of a stack file use a secret.
struct SecretUse {
    let config: String

    /// The names of the servers; empty also when the file cannot be read.
    func servers(of secret: String) -> [String] {
        guard let stack = try? LoadedStack(path: config).file.stack else { return [] }
        return stack.servers.filter { $0.secrets.contains { $0.credential.value == secret } }.map(\.name.value)
    }
}

struct SecretSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set a secret, read from standard input, or asked for without echo.")

    @OptionGroup var stack: StackOptions
    @OptionGroup var secret: SecretName

    func run() async throws {
        guard geteuid() == 0 else { throw CommandFailure("only root can set secrets", hint: "use sudo") }
        let value = try SecretInput.read(prompt: "Secret '\(secret.name)': ")
        guard !value.isEmpty else { throw CommandFailure("the secret is empty; nothing was changed") }
        try await SecretStore().set(secret.name, to: value)
        let console = Console.standard
        console.output("Secret '\(secret.name)' is set.")
        for server in SecretUse(config: stack.config).servers(of: secret.name) {
            console.output("A running server keeps the old one until: systemctl restart mcp-server-\(server).service")
        }
    }
}

struct SecretList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the names of the secrets; never their values.")

    @OptionGroup var stack: StackOptions

    func run() throws {
        for name in try SecretStore().names() {
            let servers = SecretUse(config: stack.config).servers(of: name)
            Console.standard.output(servers.isEmpty ? name : "\(name)  (\(servers.joined(separator: ", ")))")
        }
    }
}

struct SecretRemove: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rm", abstract: "Remove a secret.")

    @OptionGroup var stack: StackOptions
    @OptionGroup var secret: SecretName

    func run() throws {
        guard try SecretStore().remove(secret.name) else {
            throw CommandFailure("there is no secret '\(secret.name)'", hint: "'mcp-stack secret list' names all")
        }
        Console.standard.output("Secret '\(secret.name)' is removed.")
        for server in SecretUse(config: stack.config).servers(of: secret.name) {
            Console.standard.note("note: server '\(server)' names it and will not start again without it")
        }
    }
}

/// Reads a secret from whoever gives it.
enum SecretInput {
    private static let mostBytes = 1 << 20

    /// The secret: all of standard input without a last line break, or one line from a terminal without echo.
    static func read(prompt: String) throws(CommandFailure) -> [UInt8] {
        guard isatty(STDIN_FILENO) == 1 else { return withoutLineBreak(try all()) }
        Console.standard.noteText(prompt)
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        let line = readLine(strippingNewline: true)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        Console.standard.noteText("\n")
        return Array((line ?? "").utf8)
    }

    static func withoutLineBreak(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }

    private static func all() throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandFailure("standard input cannot be read") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= mostBytes else { throw CommandFailure("a secret has at most 1 MiB") }
        }
    }
}

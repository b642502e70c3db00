// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import Diagnostics
internal import Glibc
internal import HostFiles
internal import StackModel
internal import StackPlan

/// Makes a stack file of another program's configuration.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a stack file of an MCP client's, cloudflared's or Docker Compose's configuration.",
        discussion: """
            FILE is told by its contents: 'mcpServers' of Claude Desktop, Claude Code and Cursor, 'servers' of VS Code, \
            'ingress' of cloudflared, or 'services' of Docker Compose; '-' is standard input. The stack file goes to \
            standard output; what it cannot say stands in it as comments. Secrets never do.
            """)

    @Argument(help: "The file to import.")
    var file: String

    @Option(name: [.short, .long], help: "Write the stack file here instead; never over an existing one.")
    var output: String?

    @Option(name: .long, help: "The parent of the servers' public names: NAME.DOMAIN.")
    var domain: String?

    @Flag(name: .long, help: "Keep the secrets of the file as 'mcp-stack secret set' would. Needs root.")
    var setSecrets = false

    func validate() throws {
        if let domain, !Hostname.isPlain(domain) { throw ValidationError("'\(domain)' is not a domain") }
    }

    func run() async throws {
        let console = Console.standard
        if setSecrets, geteuid() != 0 { throw CommandFailure("only root can set secrets", hint: "use sudo") }
        try refuseToOverwrite()
        let result = ImportResult(importing: try text(), name: file, domain: domain, host: .this)
        let renderer = TextRenderer(isColoured: console.isErrorColoured)
        for diagnostic in result.diagnostics { console.noteText(renderer.render(diagnostic, in: result.source)) }
        guard let stack = result.stack else { throw CommandFailure.silent(.configuration) }
        let made = stack.text(from: file == "-" ? "standard input" : file)
        let kept = setSecrets ? try await KeptSecrets(of: stack, in: SecretStore()) : KeptSecrets()
        if let output {
            if output == Locations.stackFile { try HostFiles().makeDirectory(Locations.configuration) }
            try HostFiles().create(output, made.utf8)
        } else {
            console.outputText(made)
        }
        for line in ImportReport(stack: stack, text: made, output: output).lines(kept) { console.note(line) }
    }

    private func refuseToOverwrite() throws(CommandFailure) {
        guard let output, HostFiles().kind(output) != nil else { return }
        throw CommandFailure(
            "'\(output)' exists already and stays as it is", hint: "name another file, and compare the two")
    }

    private func text() throws -> String {
        guard let bytes = try HostFiles().read(file == "-" ? "/dev/stdin" : file) else {
            throw CommandFailure("there is no file '\(file)'", status: .configuration)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(
                "'\(file)' is not UTF-8 text", hint: "save it as UTF-8; some editors of Windows write UTF-16",
                status: .configuration)
        }
        return text
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML
internal import StackPlan
internal import UnitFile

/// Imports the servers of an MCP client: `mcpServers` of Claude Desktop, Claude Code and Cursor, `servers` of VS Code.
struct ClientImport {
    /// What VS Code asks the user for (`inputs` of mcp.json).
    struct Input {
        var isPassword: Bool
        var fallback: String?
    }

    let host: ImportHost
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var stack = ImportedStack(format: ImportSource.Format.client.rawValue)
    var names = ServerNames()
    var ledger = SecretLedger()
    private(set) var inputs: [String: Input] = [:]

    init(_ source: ImportSource, host: ImportHost) {
        self.host = host
        guard let root = source.root else { return }
        readInputs(root["inputs"] ?? root["mcp"]?["inputs"])
        let servers =
            root["mcpServers"] ?? root["servers"] ?? root["mcp"]?["servers"] ?? root["mcp.servers"] ?? root
        guard case .mapping(let pairs) = servers.content else {
            warn(.unexpectedType, "expected a mapping of names to servers, found \(servers.typeName)", servers, .error)
            return
        }
        for pair in pairs { stack.servers.append(server(pair)) }
        if root["projects"] != nil {
            stack.remarks.append(
                .note("servers below 'projects' belong to single folders and were not imported"))
        }
        stack.secrets = ledger.secrets
    }

    private mutating func readInputs(_ node: Node?) {
        for item in node?.items ?? [] {
            guard let id = item["id"]?.text else { continue }
            inputs[id] = Input(isPassword: item["password"]?.isTrue ?? false, fallback: item["default"]?.text)
        }
    }

    mutating func warn(
        _ code: Diagnostic.Code, _ message: String, _ node: Node, _ severity: Diagnostic.Severity = .warning
    ) {
        diagnostics.append(Diagnostic(severity, code, message, at: node.range))
    }

    // MARK: One server

    private static let processKeys: Set<String> = [
        "type", "transport", "command", "args", "env", "envFile", "cwd", "url", "serverUrl", "httpUrl", "headers",
        "disabled", "enabled", "name", "description", "$schema",
    ]

    private mutating func server(_ pair: Node.Pair) -> ImportedServer {
        let name = names.take(SecretSigns.isSecretText(pair.key) ? "server" : pair.key)
        var draft = ServerDraft(name: name, host: host)
        if name != pair.key, !SecretSigns.isSecretText(pair.key) {
            draft.say(.note("called \(shown(pair.key)) before; names here are lower-case letters, digits and '-'"))
        }
        guard case .mapping(let keys) = pair.value.content else {
            warn(.unexpectedType, "expected a mapping for a server, found \(pair.value.typeName)", pair.value)
            return leftOut(draft, .todo("it is \(pair.value.typeName) in the file, where a mapping belongs"))
        }
        if pair.value["disabled"]?.isTrue == true || pair.value["enabled"]?.coreValue == .bool(false) {
            return leftOut(draft, .note("it is switched off in the client"))
        }
        if let url = pair.value["url"] ?? pair.value["serverUrl"] ?? pair.value["httpUrl"] {
            return remote(url, pair.value, draft)
        }
        guard let command = pair.value["command"] else {
            warn(.incompleteServer, "a server needs 'command' or 'url'", pair.value)
            return leftOut(draft, .todo("it has neither 'command' nor 'url'"))
        }
        draft.words = words(command, pair.value["args"])
        environment(pair.value["env"], &draft)
        if let problem = commandProblem(draft) { return leftOut(draft, problem) }
        draft.finishCommand(inputs, &ledger)
        clientKeys(pair.value, keys, &draft)
        if draft.words.contains(where: { !UnitValue.isWritable($0) }) {
            return leftOut(
                draft,
                .todo(
                    "its arguments have line breaks or control characters, which no unit can hold",
                    remedy: "put the command into a script below /usr/local/bin, and name that"))
        }
        return ImportedServer(name: name, entries: draft.entries, remarks: draft.remarks)
    }

    func leftOut(_ draft: ServerDraft, _ reason: Remark) -> ImportedServer {
        ImportedServer(name: draft.name, entries: nil, remarks: draft.remarks + [reason])
    }

    private func commandProblem(_ draft: ServerDraft) -> Remark? {
        guard let program = draft.words.first, !program.isEmpty else { return .todo("its 'command' names no program") }
        let isAssignment = ServerDraft.option(program).0 != nil && draft.words.count > 1
        return SecretSigns.isSecretText(program) && !isAssignment
            ? .todo("its 'command' looks like a secret, and was not taken over") : nil
    }

    /// The program and its arguments; a command of several words in one string is taken apart as a shell would.
    private mutating func words(_ command: Node, _ args: Node?) -> [String] {
        var words: [String] = []
        if let items = command.items {
            words = items.compactMap { word($0) }
        } else if let text = word(command) {
            let isPath = text.hasPrefix("/") || text.contains(":\\") || host.program(text) != nil
            words = args == nil && !isPath && text.contains(" ") ? ShellWords.split(text) : [text]
        }
        guard let args else { return words }
        guard let items = args.items else {
            warn(.unexpectedType, "expected a list of arguments, found \(args.typeName)", args)
            return words + ShellWords.split(args.text ?? "")
        }
        return words + items.compactMap { word($0) }
    }

    private mutating func word(_ node: Node) -> String? {
        if let text = node.text { return text }
        warn(.unexpectedType, "expected a string, found \(node.typeName)", node)
        return nil
    }

    /// What the client did around the server.
    private func clientKeys(_ node: Node, _ keys: [Node.Pair], _ draft: inout ServerDraft) {
        if node["envFile"]?.text != nil {
            draft.say(
                .todo(
                    "the client reads more variables from an 'envFile', which was not imported",
                    remedy: "give its secrets to 'mcp-stack secret set NAME' and name them under 'secrets', "
                        + "the rest under 'environment'"))
        }
        if let directory = node["cwd"]?.text {
            let place = SecretSigns.isSecretText(directory) ? "a directory" : shown(directory)
            draft.say(
                .todo(
                    "the client starts it in \(place) ('cwd'); a service starts in its own state directory",
                    remedy: "write absolute paths in 'command', or the program's own option for its directory"))
        }
        let others = keys.map(\.key).filter { !Self.processKeys.contains($0) && !SecretSigns.isSecretText($0) }
        if !others.isEmpty {
            draft.say(.note("the client's own \(others.prefix(8).map { "'\($0)'" }.joined(separator: ", ")) left out"))
        }
    }
}

/// A text of the file, in quotes and of bounded length.
func shown(_ text: String) -> String {
    text.count > 80 ? "'\(text.prefix(77))…'" : "'\(text)'"
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

/// What a file becomes: a stack, and what is wrong with the file.
struct ImportResult {
    /// The stack; nil when there are errors.
    var stack: ImportedStack?
    /// What is wrong with the file, in its order.
    var diagnostics: [Diagnostic]
    /// The file as messages may quote it.
    var source: SourceFile

    /// Converts a file.
    ///
    /// - Parameters:
    ///   - text: The contents.
    ///   - name: The file's name, for messages.
    ///   - domain: The parent of the host names, when somebody named one.
    ///   - host: The machine that the stack is for.
    init(importing text: String, name: String, domain: String?, host: ImportHost) {
        let file = ImportSource(parsing: text, name: name)
        source = file.quoted
        diagnostics = file.diagnostics
        var stack: ImportedStack?
        if file.isStackFile {
            report(.alreadyStackFile, "this is a stack file already", "mcp-stack check --config FILE")
        } else if let format = file.format {
            switch format {
            case .client:
                let result = ClientImport(file, host: host)
                (stack, diagnostics) = (result.stack, diagnostics + result.diagnostics)
            case .connector:
                let result = ConnectorImport(file, host: host)
                (stack, diagnostics) = (result.stack, diagnostics + result.diagnostics)
            case .compose:
                let result = ComposeImport(file)
                (stack, diagnostics) = (result.stack, diagnostics + result.diagnostics)
            }
        } else if !diagnostics.hasErrors {
            report(
                .unknownFormat, file.root == nil ? "the file is empty" : "the file is none that can be imported",
                "it takes files with 'mcpServers', with VS Code's 'servers', with cloudflared's 'ingress', and Compose "
                    + "files with 'services'")
        }
        if let made = stack, made.servers.isEmpty, made.tunnel == .local, !diagnostics.hasErrors {
            report(.nothingToImport, "the file names no server", nil)
        }
        stack?.domain = domain
        diagnostics = diagnostics.sortedByPosition()
        self.stack = diagnostics.hasErrors ? nil : stack
    }

    private mutating func report(_ code: Diagnostic.Code, _ message: String, _ hint: String?) {
        diagnostics.append(Diagnostic(.error, code, message, at: nil, hint: hint))
    }
}

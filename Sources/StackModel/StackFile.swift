// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics
internal import LocatedYAML

/// A stack file, read and judged: the stack when it can be used, and everything there is to say about it.
public struct StackFile: Sendable {
    /// The stack; nil when there are errors.
    public var stack: Stack?
    /// What is wrong or doubtful, in the order of the file.
    public var diagnostics: [Diagnostic]
    /// The text as it may be quoted: without secrets.
    public var source: SourceFile

    /// Reads a stack file.
    ///
    /// - Parameters:
    ///   - text: The contents.
    ///   - name: The file's name, for messages.
    public init(parsing text: String, name: String) {
        source = SourceFile(name: name, text: text) {
            SecretLines.redact($0, under: ["environment", "env", "secrets"])
        }
        let document = YAMLDocument(parsing: text)
        var diagnostics = document.diagnostics
        var stack: Stack?
        if let root = document.root {
            let findings = Findings()
            stack = StackDecoder(findings).stack(from: root)
            if let stack {
                let table = RouteTable(stack)
                RouteCheck.run(on: table, findings)
                PortCheck.run(on: stack, findings)
                AccessCheck.run(on: table.rows, findings)
                HostnameCheck.run(on: stack, findings)
                TunnelCheck.run(on: stack, findings)
                OriginCheck.run(on: stack, findings)
                PolicyCheck.run(on: stack, findings)
            }
            diagnostics += findings.diagnostics
        } else if diagnostics.isEmpty {
            diagnostics.append(
                Diagnostic(
                    .error, .missingKey, "the file is empty", at: nil,
                    hint: "'mcp-stack init' writes a first stack file"))
        }
        self.diagnostics = diagnostics.sortedByPosition()
        self.stack = diagnostics.hasErrors ? nil : stack
    }
}

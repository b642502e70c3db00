// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

/// A file to import: its tree, and itself as messages may quote it.
struct ImportSource {
    /// What a file is.
    enum Format: String, Sendable {
        /// The servers of an MCP client.
        case client = "an MCP client's file"
        /// The configuration of cloudflared.
        case connector = "a configuration of cloudflared"
        /// A Docker Compose file.
        case compose = "a Docker Compose file"
    }

    /// The file's lines, masked.
    let quoted: SourceFile
    /// The tree; nil when there is none.
    let root: Node?
    /// What is wrong with the text.
    let diagnostics: [Diagnostic]

    /// Reads a text.
    init(parsing text: String, name: String) {
        quoted = SourceFile(name: name, text: text, redact: MaskedLines.mask)
        let isJSON = JSONComments.isJSON(text)
        let document = YAMLDocument(
            parsing: isJSON ? JSONComments.blanked(text) : text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
        root = document.diagnostics.hasErrors ? nil : document.root
        diagnostics = document.diagnostics.map { diagnostic in
            var diagnostic = diagnostic
            switch diagnostic.code {
            case .duplicateKey: diagnostic.message = "a key stands twice in one mapping"
            case .unsupportedYAML where diagnostic.hint?.contains("defaults:") == true:
                diagnostic.hint =
                    "write the value out; 'docker compose config' prints a Compose file without anchors and aliases"
            default: break
            }
            return diagnostic
        }
    }

    /// The entries of the top-level mapping.
    var pairs: [Node.Pair] {
        if case .mapping(let pairs) = root?.content { pairs } else { [] }
    }

    /// What the file is, told by its keys; nil for what this program does not know.
    var format: Format? {
        let keys = Set(pairs.map(\.key))
        if keys.contains("mcpServers") { return .client }
        if ["ingress", "credentials-file", "originRequest"].contains(where: keys.contains) { return .connector }
        if keys.contains("tunnel"), !keys.contains("servers") { return .connector }
        if case .mapping = pairs.first(where: { $0.key == "servers" })?.value.content { return .client }
        if root?["mcp"]?["servers"] != nil || root?["mcp.servers"] != nil { return .client }
        if case .mapping = pairs.first(where: { $0.key == "services" })?.value.content { return .compose }
        if ["url", "credentials-contents", "token", "token-file", "warp-routing"].contains(where: keys.contains) {
            return .connector
        }
        return isBareListOfServers ? .client : nil
    }

    /// Whether the file is a stack file.
    var isStackFile: Bool {
        let keys = Set(pairs.map(\.key))
        return keys.isSuperset(of: ["version", "servers"]) && !keys.contains("inputs")
    }

    /// The file of a Claude Code plugin can name the servers without a key around them.
    var isBareListOfServers: Bool {
        !pairs.isEmpty && pairs.allSatisfy { $0.value["command"]?.text != nil || $0.value["url"]?.text != nil }
    }
}

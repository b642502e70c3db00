// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics

/// A YAML text, read into a tree.
public struct YAMLDocument: Sendable {
    /// The top-level value; nil when the text could not be read or holds nothing.
    public var root: Node?
    /// What is wrong with the text, in its order.
    public var diagnostics: [Diagnostic]

    /// The most bytes a text may have.
    public static let maximumSize = 1 << 20
    /// The deepest nesting a text may have.
    public static let maximumDepth = 64

    /// Reads a text: one document of YAML 1.2, without anchors, aliases and explicit tags.
    ///
    /// No message quotes a value, since any value may be a secret.
    public init(parsing text: String) {
        guard text.utf8.count <= Self.maximumSize else {
            root = nil
            diagnostics = [
                Diagnostic(
                    .error, .excessiveYAML, "the file is larger than \(Self.maximumSize / 1024) KiB", at: nil)
            ]
            return
        }
        var builder = TreeBuilder(text: text)
        root = builder.build()
        diagnostics = builder.diagnostics
    }
}

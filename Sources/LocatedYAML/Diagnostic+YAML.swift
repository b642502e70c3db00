// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics

extension Diagnostic.Code {
    /// The text is not well-formed YAML.
    public static let malformedYAML = Diagnostic.Code(1001)
    /// A key stands twice in one mapping.
    public static let duplicateKey = Diagnostic.Code(1002)
    /// The text uses a feature of YAML that this program does not read.
    public static let unsupportedYAML = Diagnostic.Code(1003)
    /// The text is too large or too deeply nested.
    public static let excessiveYAML = Diagnostic.Code(1004)
}

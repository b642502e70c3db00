// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// The codes of what can be wrong with a file that is imported. Numbers are never reused.
extension Diagnostic.Code {
    /// The file is none that this program knows.
    static let unknownFormat = Diagnostic.Code(5001)
    /// The file is a stack file already.
    static let alreadyStackFile = Diagnostic.Code(5002)
    /// A value has a type that the format does not have there.
    static let unexpectedType = Diagnostic.Code(5003)
    /// The file names nothing that could be imported.
    static let nothingToImport = Diagnostic.Code(5004)
    /// A server of the file lacks what every server needs.
    static let incompleteServer = Diagnostic.Code(5005)
}

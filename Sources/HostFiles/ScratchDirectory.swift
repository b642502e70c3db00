// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// A new directory for one use, removed with all it holds when the value goes.
public struct ScratchDirectory: ~Copyable, Sendable {
    /// Its path.
    public let path: String

    /// Makes a directory below `$TMPDIR` or /tmp that only its owner can enter.
    public init() throws(HostFileError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/mcp-stack.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HostFileError(.makeDirectory, parent) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? HostFiles().removeTree(path)
    }
}

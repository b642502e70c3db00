// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// Directories for one use, below `$TMPDIR` or /tmp, that only their owner can enter.
public enum ScratchDirectory {
    /// Makes a directory, hands its path out, and removes it with all it holds, however the use ends.
    ///
    /// - Throws: `HostFileError` when it cannot be made, and what the use throws.
    public static func use<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
        let path = try make()
        defer { try? HostFiles().removeTree(path) }
        return try body(path)
    }

    /// Makes a directory, hands its path out, and removes it with all it holds, however the use ends.
    ///
    /// - Throws: `HostFileError` when it cannot be made, and what the use throws.
    public static func use<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (_ path: String) async throws -> Result
    ) async throws -> Result {
        let path = try make()
        defer { try? HostFiles().removeTree(path) }
        return try await body(path)
    }

    private static func make() throws(HostFileError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/mcp-stack.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HostFileError(.makeDirectory, parent) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

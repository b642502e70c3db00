// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
internal import HostFiles

/// Expected files, kept beside a test and found by folder.
///
/// A test compares what it made with the files of a fixture; names first, then contents. With
/// `MCP_STACK_UPDATE_GOLDENS=1` the files are written anew instead, which is refused under `CI=true`.
public struct GoldenTree: Sendable, CustomStringConvertible {
    /// The fixture's folder.
    public let directory: String

    /// The fixture's name.
    public var description: String {
        directory.split(separator: "/").last.map(String.init) ?? directory
    }

    /// All fixtures in the folder `Fixtures` beside a test's source file, by name.
    public static func fixtures(beside testFile: String = #filePath) -> [GoldenTree] {
        let folder = testFile.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Fixtures"
        let names = (try? HostFiles().names(in: folder)) ?? []
        precondition(!names.isEmpty, "no fixtures in \(folder)")
        return names.map { GoldenTree(directory: "\(folder)/\($0)") }
    }

    /// The text of a file of the fixture; nil when there is none.
    public func text(_ name: String) throws -> String? {
        try HostFiles().read("\(directory)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// What differs between the fixture's folder `expected` and the files made, each by its path below it; links as
    /// `-> TARGET`.
    public func differences(from made: [String: String]) throws -> [String] {
        if Self.isUpdating {
            try update(made)
            return []
        }
        let expected = try expected()
        let missing = expected.keys.filter { made[$0] == nil }.map { "\($0) was not made" }
        let surplus = made.keys.filter { expected[$0] == nil }.map { "\($0) was not expected" }
        let changed = made.compactMap { path, text -> String? in
            guard let wanted = expected[path], wanted != text else { return nil }
            return "\(path):\n--- expected\n\(wanted)\n--- made\n\(text)"
        }
        return (missing + surplus + changed).sorted()
    }

    /// Whether expected files are to be written anew.
    public static var isUpdating: Bool {
        guard getenv("MCP_STACK_UPDATE_GOLDENS") != nil else { return false }
        precondition(getenv("CI") == nil, "expected files are never updated in CI")
        return true
    }

    private func expected() throws -> [String: String] {
        var result: [String: String] = [:]
        try collect("", into: &result)
        return result
    }

    private func collect(_ prefix: String, into result: inout [String: String]) throws {
        let files = HostFiles()
        for name in try files.names(in: "\(directory)/expected/\(prefix)") {
            let path = prefix + name
            switch files.kind("\(directory)/expected/\(path)") {
            case .directory: try collect(path + "/", into: &result)
            case .link: result[path] = try files.linkTarget("\(directory)/expected/\(path)").map { "-> \($0)" }
            default: result[path] = try text("expected/\(path)")
            }
        }
    }

    private func update(_ made: [String: String]) throws {
        let entries = made.mapValues { text -> GenerationStore.Entry in
            text.hasPrefix("-> ") ? .link(String(text.dropFirst(3))) : .file(Array(text.utf8), mode: 0o644)
        }
        try HostFiles().removeTree("\(directory)/expected")
        try GenerationStore.write(entries, to: "\(directory)/expected", HostFiles(isDurable: false))
    }
}

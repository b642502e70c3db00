// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import HostFiles
import LocatedYAML
import StackTestSupport
import Testing

@testable import StackModel

/// The decoder, the schema and the manual page say the same of every key.
///
/// `MCP_STACK_UPDATE_GOLDENS=1` writes schema and manual anew.
@Suite("The configuration language")
struct LanguageTests {
    private static let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

    private func expect(_ path: String, toBe text: String) throws {
        let file = "\(Self.repository)/\(path)"
        if GoldenTree.isUpdating { try HostFiles().replace(file, text.utf8) }
        let found = try HostFiles().read(file).map { String(decoding: $0, as: UTF8.self) }
        #expect(found == text, "'\(path)' is not what the language's description makes of it")
    }

    @Test func theSchemaIsThatOfTheLanguage() throws {
        try expect("packaging/stack.schema.json", toBe: JSONSchema(root: Language.stack).text)
    }

    @Test func theManualPageIsThatOfTheLanguage() throws {
        let bytes = try #require(try HostFiles().read("\(Self.repository)/packaging/examples/tunnel.yaml"))
        let page = ManualPage(root: Language.stack, example: String(decoding: bytes, as: UTF8.self))
        try expect("packaging/man/stack.yaml.5", toBe: page.text)
    }

    /// What the schema has, read back from the file that is installed.
    @Test func theSchemaHasEveryKey() throws {
        let bytes = try #require(try HostFiles().read("\(Self.repository)/packaging/stack.schema.json"))
        let root = try #require(YAMLDocument(parsing: String(decoding: bytes, as: UTF8.self)).root)
        let definitions = try #require(root["definitions"])
        for section in Language.stack.withDescendants {
            let object = section.name == "stack" ? root : try #require(definitions[section.name])
            #expect(object["properties"]?.keys == section.keys.map(\.name))
        }
    }

    /// The keys that the decoder asks for are the keys that are described, no more and no less.
    @Test func theDecoderKnowsEveryKeyAndNoOther() throws {
        let text = try #require(
            try HostFiles().read("\(Self.repository)/Tests/LanguageTests/every-section.yaml")
                .map { String(decoding: $0, as: UTF8.self) })
        let root = try #require(YAMLDocument(parsing: text).root)
        let findings = Findings()
        _ = StackDecoder(findings).stack(from: root)
        let described = Language.stack.withDescendants.flatMap { section in
            section.keys.map { "\(section.name).\($0.name)" }
        }
        #expect(findings.askedKeys.subtracting(described) == [])
        #expect(Set(described).subtracting(findings.askedKeys) == [])
    }

    @Test func everyKeyIsExplained() {
        for section in Language.stack.withDescendants {
            #expect(section.summary.hasSuffix("."), "\(section.name)")
            for key in section.keys {
                #expect(key.summary.hasSuffix("."), "\(section.name).\(key.name)")
                #expect(!(key.effect ?? "").hasSuffix("."), "\(section.name).\(key.name)")
                #expect(key.since.map { $0 > 252 } ?? true, "\(section.name).\(key.name)")
            }
        }
    }
}

extension Node {
    fileprivate subscript(key: String) -> Node? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    fileprivate var keys: [String]? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.map(\.key)
    }
}

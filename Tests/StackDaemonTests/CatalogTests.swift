// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import FoundationEssentials
import SystemdKit
import Testing

@testable import StackDaemon

@Suite struct CatalogTests {
    private static func entries() throws -> [(id: String, headers: [String], text: String)] {
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast(3)
        let data = try Data(contentsOf: URL(filePath: path.joined(separator: "/") + "/packaging/mcp-stack.catalog"))
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        var entries: [(id: String, headers: [String], text: String)] = []
        var inHeaders = false
        for line in lines where !line.hasPrefix("#") {
            if line.hasPrefix("-- ") {
                entries.append((String(line.dropFirst(3)), [], ""))
                inHeaders = true
            } else if let last = entries.indices.last {
                if line.isEmpty { inHeaders = false }
                if inHeaders { entries[last].headers.append(String(line)) } else { entries[last].text += line + "\n" }
            }
        }
        return entries
    }

    @Test func everyIDHasOneEntryAndNoEntryIsLeftOver() throws {
        let entries = try Self.entries()
        #expect(entries.map(\.id).sorted() == MessageID.all.map(\.text).sorted())
        #expect(Set(entries.map(\.id)).count == entries.count)
    }

    @Test func everyEntryIsComplete() throws {
        for entry in try Self.entries() {
            for header in ["Subject: ", "Defined-By: mcp-stack", "Documentation: man:mcp-stackd(8)"] {
                #expect(entry.headers.contains { $0.hasPrefix(header) }, "\(entry.id) lacks '\(header)'")
            }
            #expect(entry.text.count > 80, "\(entry.id) says too little")
            #expect(entry.text.split(separator: "\n").allSatisfy { $0.count <= 76 }, "\(entry.id) is too wide")
        }
    }

    @Test func everyIDOfTheSourceIsListed() {
        #expect(MessageID.all.count == 14)
        #expect(Set(MessageID.all).count == 14)
        #expect(Set(MessageID.problems).isSubset(of: Set(MessageID.all)))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import FoundationEssentials
import Glibc
import StackRecord
import Supervision
import Testing

@testable import StackDaemon
@testable import StackObservation

/// A directory that goes with the value, and everything in it.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/mcp-stackd-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }
}

@Suite struct StateFileTests {
    @Test func nothingAppliedIsAnEmptyStack() throws {
        let scratch = try Scratch()
        #expect(try InstalledStateFile(path: scratch.path + "/current/state.json").read() == WatchedStack())
    }

    @Test func readsWhatApplyWrites() throws {
        let scratch = try Scratch()
        let state = InstalledState(
            generation: 4,
            servers: [
                .init(
                    name: "a", kind: .bridged, start: .onDemand, service: "mcp-server-a.service",
                    socket: "mcp-server-a.socket", endpoints: ["http://a/"]),
                .init(name: "b", kind: .external, start: nil, service: nil, socket: nil, endpoints: []),
            ], connector: .init(kind: .gateway, unit: "mcp-gateway.service", metrics: nil))
        let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
        let stack = try InstalledStateFile(path: scratch.write(text, to: "state.json")).read()
        #expect(stack.generation == 4)
        #expect(stack.servers.map(\.isOnDemand) == [true, false])
        #expect(stack.units == ["mcp-server-a.service", "mcp-server-a.socket", "mcp-gateway.service"])
        #expect(stack.connector?.kind == "gateway")
    }

    @Test(arguments: [
        ("{\"format\": 2, \"surprise\": true}", StateFileError.Code.newerFormat, "format 2"),
        ("{\"format\": 1}", .malformed, "'generation' is missing"), ("{", .malformed, "not valid JSON"),
        ("", .malformed, "not valid JSON"), ("{\"format\": \"1\"}", .malformed, "wrong type at format"),
        (
            "{\"format\":1,\"generation\":1,\"servers\":[{\"name\":\"a\",\"kind\":\"magic\",\"endpoints\":[]}]}",
            .malformed, "unknown at servers."
        ),
    ])
    func refusesWhatItCannotUse(text: String, code: StateFileError.Code, words: String) throws {
        let scratch = try Scratch()
        let file = InstalledStateFile(path: try scratch.write(text, to: "state.json"))
        let error = #expect(throws: StateFileError.self) { try file.read() }
        #expect(error?.code == code)
        #expect(error?.detail.contains(words) == true, "\(error?.detail ?? "")")
    }

    @Test func aDirectoryIsUnreadable() throws {
        let scratch = try Scratch()
        let error = #expect(throws: StateFileError.self) { try InstalledStateFile(path: scratch.path).read() }
        #expect(error?.code == .unreadable)
    }
}

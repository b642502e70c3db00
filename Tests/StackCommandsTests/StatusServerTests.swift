// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import FoundationEssentials
import NIOCore
import Supervision
import Testing

@testable import StackCommands

@Suite("The stack's own MCP server")
struct StatusServerTests {
    private static let report = StatusReport(
        source: .daemon, generation: 3,
        servers: [
            .init(
                name: "time", state: .idle, detail: "", unit: "mcp-server-time.service", restarts: 0,
                endpoints: ["http://x/mcp"]),
            .init(
                name: "db", state: .failing, detail: "exit status 1", unit: "mcp-server-db.service", restarts: 1,
                endpoints: []),
        ],
        connector: .init(kind: "gateway", unit: "mcp-gateway.service", state: .healthy, detail: ""),
        problems: [
            .init(time: 2, server: "db", unit: "mcp-server-db.service", message: "no database"),
            .init(time: 1, server: nil, unit: "mcp-gateway.service", message: "old"),
        ])

    private func ask(_ line: String, _ server: StatusServer = StatusServer { Self.report }) async -> String? {
        await server.answer(to: ByteBuffer(string: line)).map { String(buffer: $0) }
    }

    private func call(_ tool: String, _ arguments: String = "{}") async throws -> String {
        let line =
            #"{"jsonrpc":"2.0","id":"é","method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
        let answer = try #require(await ask(line))
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":"é","#))
        return answer
    }

    @Test(
        arguments: [
            ("2025-06-18", "2025-06-18"), ("2024-11-05", "2024-11-05"), ("2026-07-28", "2025-11-25"),
            ("1999-01-01", "2025-11-25"),
        ])
    func negotiatesAGenerationWithAHandshake(_ requested: String, _ agreed: String) async throws {
        let line = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"\#(requested)"}}"#
        #expect(try #require(await ask(line)).contains(#""protocolVersion":"\#(agreed)""#))
    }

    @Test func listsToolsThatOnlyRead() async throws {
        let answer = try #require(await ask(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#))
        for tool in StatusTool.allCases { #expect(answer.contains(#""name":"\#(tool.rawValue)""#)) }
        #expect(answer.split(separator: #""readOnlyHint":true"#, omittingEmptySubsequences: false).count == 4)
    }

    @Test func answersFromTheReport() async throws {
        let list = try await call("list_servers")
        #expect(list.contains(#""structuredContent":{"connector":{"#) && list.contains("http://x/mcp"))
        let one = try await call("server_status", #"{"name":"db"}"#)
        #expect(
            one.contains(#""state":"failing""#) && one.contains("no database") && !one.contains(#""message":"old""#))
        let problems = try await call("recent_problems", #"{"limit":1}"#)
        #expect(problems.contains("no database") && !problems.contains(#""message":"old""#))
    }

    @Test func mistakesAreExplained() async throws {
        #expect(try await call("server_status").contains("'name' is missing"))
        #expect(try await call("server_status", #"{"name":"nope"}"#).contains("there are: time, db"))
        #expect(try await call("recent_problems", #"{"limit":0}"#).contains(#""isError":true"#))
        #expect(try await call("rm_rf").contains(#""code":-32602"#))
        #expect(await ask("{") == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"this is not JSON"}}"#)
        #expect(await ask("[]")?.contains("-32600") == true)
        #expect(await ask(#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#)?.contains("-32601") == true)
        let broken = StatusServer { throw CommandFailure("no systemd here") }
        let line = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_servers"}}"#
        #expect(await ask(line, broken)?.contains("no systemd here") == true)
    }

    @Test func notificationsAndResponsesWantNoAnswer() async {
        #expect(await ask(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == nil)
        #expect(await ask(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == nil)
    }
}

@Suite("What people read")
struct RenderingTests {
    @Test func aReportHasEveryKeyAndComesBackTheSame() throws {
        let report = StatusReport(source: .systemd, generation: nil, servers: [], connector: nil, problems: [])
        let json = try JSONOutput.encode(report)
        #expect(json.contains("\"connector\" : null") && json.contains("\"generation\" : null"))
        #expect(try JSONDecoder().decode(StatusReport.self, from: Data(json.utf8)) == report)
    }

    @Test func theTableNamesServersStatesAndProblems() {
        let report = StatusReport(
            source: .systemd, generation: 3,
            servers: [
                .init(
                    name: "time", state: .idle, detail: "", unit: "u", restarts: 0,
                    endpoints: ["http://a/mcp", "http://b/mcp"]),
                .init(
                    name: "database", state: .givenUp, detail: "exit status 1", unit: "u", restarts: 12, endpoints: []),
            ],
            connector: .init(kind: "tunnel", unit: "u", state: .starting, detail: "connecting"),
            problems: [.init(time: 1_700_000_000_000_000, server: "database", unit: "u", message: "boom")])
        #expect(
            StatusTable(isColoured: false).render(report) == """
                SERVER    STATE     RESTARTS  WHERE
                time      idle      0         http://a/mcp
                                              http://b/mcp
                database  given-up  12        -             exit status 1

                tunnel: starting (connecting)
                generation: 3

                Recent problems, newest first (mcp-stack logs shows more):
                  2023-11-14T22:13:20Z  database: boom

                """)
        #expect(StatusTable(isColoured: true).render(report).contains("\u{1B}[31mgiven-up"))
        let nothing = StatusReport(source: .systemd, generation: nil, servers: [], connector: nil, problems: [])
        #expect(StatusTable(isColoured: false).render(nothing).contains("mcp-stack init"))
    }
}

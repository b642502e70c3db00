// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import MCPKit
internal import Supervision

/// The tools of the stack's own server; each only reads.
enum StatusTool: String, CaseIterable, Sendable {
    case listServers = "list_servers"
    case serverStatus = "server_status"
    case recentProblems = "recent_problems"

    /// Why a tool has no answer, for the model that called it.
    struct Failure: Error, Equatable {
        var message: String
    }

    /// What a tool answers.
    struct Output: Encodable, Equatable, Sendable {
        var servers: [StatusReport.Server]?
        var connector: StatusReport.Connector?
        var server: StatusReport.Server?
        var problems: [StatusReport.Problem]?
    }

    /// What a tool does with a report.
    func run(on report: StatusReport, arguments: JSONText?) throws(Failure) -> Output {
        switch self {
        case .listServers:
            return Output(servers: report.servers, connector: report.connector)
        case .serverStatus:
            guard let name = arguments?.member("name")?.stringValue else {
                throw Failure(message: "the argument 'name' is missing: it names a server of list_servers")
            }
            guard let server = report.servers.first(where: { $0.name == name }) else {
                let names = report.servers.map(\.name).joined(separator: ", ")
                throw Failure(message: "there is no server '\(name)'; there are: \(names)")
            }
            return Output(server: server, problems: report.problems.filter { $0.server == name })
        case .recentProblems:
            let limit = arguments?.member("limit")?.integerValue ?? 10
            guard limit > 0 else { throw Failure(message: "the argument 'limit' must be at least 1") }
            return Output(problems: Array(report.problems.prefix(limit)))
        }
    }

    /// A tool as `tools/list` declares it.
    struct Declaration: Encodable, Sendable {
        struct Schema: Encodable, Sendable {
            struct Property: Encodable, Sendable {
                var type: String
                var description: String
            }

            var type = "object"
            var properties: [String: Property] = [:]
            var required: [String] = []
        }

        struct Annotations: Encodable, Sendable {
            var readOnlyHint = true
            var openWorldHint = false
        }

        var name: String
        var title: String
        var description: String
        var inputSchema: Schema
        var annotations = Annotations()
    }

    var declaration: Declaration {
        switch self {
        case .listServers:
            Declaration(
                name: rawValue, title: "List servers",
                description:
                    "The MCP servers of this machine with state, URLs and restarts, and what carries requests.",
                inputSchema: .init())
        case .serverStatus:
            Declaration(
                name: rawValue, title: "Status of a server",
                description: "How one MCP server is doing, with its recent problems.",
                inputSchema: .init(
                    properties: [
                        "name": .init(type: "string", description: "The server's name, as list_servers gives it.")
                    ],
                    required: ["name"]))
        case .recentProblems:
            Declaration(
                name: rawValue, title: "Recent problems",
                description: "What went wrong lately on this machine's stack, newest first.",
                inputSchema: .init(
                    properties: ["limit": .init(type: "integer", description: "How many to return; 10 without it.")]))
        }
    }
}

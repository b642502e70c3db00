// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials
internal import MCPKit
internal import NIOCore
internal import Supervision

/// The MCP server that answers questions about the stack; its tools only read.
///
/// It speaks the generations with a handshake, 2024-11-05 to 2025-11-25: the bridge in front of it speaks to
/// clients.
struct StatusServer: Sendable {
    /// Finds out how the stack is doing.
    let report: @Sendable () async throws -> StatusReport

    /// The answer to one line; nil for what wants none.
    func answer(to line: ByteBuffer) async -> ByteBuffer? {
        let message: JSONRPCMessage
        do throws(JSONRPCParseError) {
            message = try JSONRPCMessage(parsing: line)
        } catch {
            switch error {
            case .syntax: return JSONRPCError(.parseError, "this is not JSON").response()
            case .invalid(let reason, let id): return JSONRPCError(.invalidRequest, reason).response(id: id)
            }
        }
        guard message.kind == .request, let id = message.id, let method = message.method else { return nil }
        let parameters = message.text.member("params")
        switch method {
        case MCPMethod.initialize:
            return result(id, Initialization(requested: parameters?.member("protocolVersion")?.stringValue))
        case "ping":
            return result(id, Nothing())
        case "tools/list":
            return result(id, ["tools": StatusTool.allCases.map(\.declaration)])
        case "tools/call":
            return await call(id, parameters)
        default:
            return JSONRPCError(.methodNotFound, "there is no method '\(method)'").response(id: id)
        }
    }

    private func call(_ id: JSONText, _ parameters: JSONText?) async -> ByteBuffer {
        let name = parameters?.member("name")?.stringValue ?? ""
        guard let tool = StatusTool(rawValue: name) else {
            return JSONRPCError(.invalidParams, "there is no tool '\(name)'").response(id: id)
        }
        do {
            let output = try tool.run(on: try await report(), arguments: parameters?.member("arguments"))
            return result(id, ToolResult(output))
        } catch let failure as StatusTool.Failure {
            return result(id, ToolResult(failure: failure.message))
        } catch let failure as any CommandFailing {
            return result(id, ToolResult(failure: failure.commandFailure.message))
        } catch {
            return result(id, ToolResult(failure: "the state of the stack cannot be read: \(error)"))
        }
    }

    private func result(_ id: JSONText, _ value: some Encodable) -> ByteBuffer {
        guard let json = Self.json(value) else {
            return JSONRPCError(.internalError, "the answer cannot be written").response(id: id)
        }
        var buffer = ByteBuffer(string: #"{"jsonrpc":"2.0","id":"#)
        buffer.writeImmutableBuffer(id.bytes)
        buffer.writeString(#","result":\#(json)}"#)
        return buffer
    }

    static func json(_ value: some Encodable) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
    }
}

private struct Nothing: Encodable {}

/// The result of `initialize`.
private struct Initialization: Encodable {
    struct Implementation: Encodable {
        var name = "mcp-stack"
        var title = "MCP stack status"
        var version = ProgramVersion.text
    }

    var protocolVersion: String
    var capabilities = ["tools": Nothing()]
    var serverInfo = Implementation()
    var instructions = "Ask about the MCP servers of this machine. Nothing here changes anything."

    /// The version the client asked for when it is one with a handshake, else the newest of those.
    init(requested: String?) {
        let version = requested.flatMap(MCPProtocolVersion.init).flatMap { $0.hasSessions ? $0 : nil }
        protocolVersion = (version ?? .v2025_11_25).rawValue
    }
}

/// The result of `tools/call`.
private struct ToolResult: Encodable {
    struct Content: Encodable {
        var type = "text"
        var text: String
    }

    var content: [Content]
    var structuredContent: StatusTool.Output?
    var isError: Bool

    init(_ output: StatusTool.Output) {
        content = [Content(text: StatusServer.json(output) ?? "{}")]
        structuredContent = output
        isError = false
    }

    init(failure: String) {
        content = [Content(text: failure)]
        isError = true
    }
}

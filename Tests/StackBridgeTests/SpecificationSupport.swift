// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// What the tests of the specification's pages send and look at.
enum Wire {
    /// A request, or a notification without an id.
    static func message(_ method: String, id: String? = "1", _ params: String = "{}") -> String {
        let member = id.map { #""id":\#($0),"# } ?? ""
        return #"{"jsonrpc":"2.0",\#(member)"method":"\#(method)","params":\#(params)}"#
    }

    /// The `_meta` of a stateless request.
    static func meta(version: String = "2026-07-28", capabilities: String = "{}", _ more: String = "") -> String {
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"\#(version)","#
            + #""io.modelcontextprotocol/clientCapabilities":\#(capabilities)\#(more.isEmpty ? "" : "," + more)}"#
    }

    /// A stateless request.
    static func stateless(
        _ method: String, id: String = "1", _ params: String = "", meta text: String = Wire.meta()
    ) -> String {
        message(method, id: id, "{\([params, text].filter { !$0.isEmpty }.joined(separator: ","))}")
    }

    /// The fields that a stateless request needs.
    static func fields(_ method: String, name: String? = nil, version: String = "2026-07-28") -> [(String, String)] {
        let fields = [("MCP-Protocol-Version", version), ("Mcp-Method", method)]
        return name.map { fields + [("Mcp-Name", $0)] } ?? fields
    }
}

/// A whole response.
struct Received {
    var status: Int
    var headers: HTTPHeaders
    var body: String

    /// The number of the error in the body.
    var code: Int? { value("error", "code")?.integerValue }
    /// The id of the message in the body, as it is spelled.
    var id: String? { value("id").map { String(buffer: $0.bytes) } }

    func header(_ name: String) -> String? { headers.first(name: name) }

    /// A member of the body's message.
    func value(_ path: String...) -> JSONText? {
        guard var text = try? JSONText(validating: ByteBuffer(string: body)) else { return nil }
        for name in path {
            guard let member = text.member(name) else { return nil }
            text = member
        }
        return text
    }
}

extension TestConnection {
    /// The whole next response.
    func receive() async throws -> Received {
        let head = try #require(await head())
        return Received(status: Int(head.status.code), headers: head.headers, body: await body())
    }

    /// Sends a request and takes its whole response.
    func roundTrip(
        _ method: HTTPMethod = .POST, _ path: String = "/mcp", session: String? = nil,
        headers: [(String, String)] = [], adding more: [(String, String)] = [], body: String? = nil
    ) async throws -> Received {
        try await send(method, path, session: session, headers: headers, adding: more, body: body)
        return try await receive()
    }

    /// Sends a stateless request and takes its whole response.
    func stateless(
        _ method: String, id: String = "1", _ params: String = "", name: String? = nil, meta: String = Wire.meta()
    ) async throws -> Received {
        try await roundTrip(
            headers: Wire.fields(method, name: name), body: Wire.stateless(method, id: id, params, meta: meta))
    }
}

extension TestBridge {
    /// Lets the event loop go on until something is so.
    func wait(until isTrue: @escaping @Sendable (BridgeHub) -> Bool) async throws {
        while try await !server.inspect(isTrue) { await Task.yield() }
    }

    /// Opens a session in a version and returns its id.
    func initialize(_ connection: TestConnection, version: String) async throws -> String {
        let body = Wire.message("initialize", #"{"protocolVersion":"\#(version)"}"#)
        return try #require(try await connection.roundTrip(body: body).header("Mcp-Session-Id"))
    }
}

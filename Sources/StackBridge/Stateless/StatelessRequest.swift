// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// The body of a stateless POST (2026-07-28), checked against its header fields.
enum StatelessRequest: Equatable {
    /// A request to answer.
    case request(JSONRPCMessage)
    /// A notification; the protocol has none that a server acts on over HTTP, but others may.
    case notification(JSONRPCMessage)
    /// Not acceptable.
    case refuse(Answer)

    /// What the header says of the body ("Standard Request Headers").
    struct Head: Equatable {
        var method: String?
        var name: String?
        var accepts: AcceptedAnswers
        /// The fields that repeat arguments.
        var repeated: [HTTPField] = []
        /// The fields that go along to a server that speaks HTTP.
        var passed: [HTTPField] = []
    }

    /// Reads a body and holds it against the head of its request.
    init(_ bytes: ByteBuffer, of head: Head) {
        let message: JSONRPCMessage
        do throws(JSONRPCParseError) {
            message = try JSONRPCMessage(parsing: bytes)
        } catch {
            self = .refuse(.refusal(of: error))
            return
        }
        switch message.kind {
        case .notification: self = .notification(message)
        case .request: self = Self.problem(message, head).map { .refuse($0) } ?? .request(message)
        case .response, .errorResponse:
            let text = "A client of \(MCPProtocolVersion.v2026_07_28.rawValue) sends no responses"
            self = .refuse(.refusal(.badRequest, .invalidRequest, text, id: nil))
        }
    }

    private static func problem(_ message: JSONRPCMessage, _ head: Head) -> Answer? {
        let method = message.method ?? ""
        guard let named = head.method else { return mismatch("\(MCPHeader.method) is missing", message) }
        guard HeaderText.isValid(named), named.utf8.elementsEqual(method.utf8) else {
            return mismatch("\(MCPHeader.method) '\(named.prefix(80))' does not match the body's '\(method)'", message)
        }
        if let problem = nameProblem(message, head, method) { return problem }
        guard let meta = message.text.range(at: "params", "_meta").map(message.text.value(in:)), meta.kind == .object,
            let version = meta.member(MCPMeta.protocolVersion)?.stringValue
        else { return invalid("params._meta['\(MCPMeta.protocolVersion)'] is missing", message) }
        guard version == MCPProtocolVersion.v2026_07_28.rawValue else {
            return mismatch("\(MCPHeader.protocolVersion) does not match the body's '\(version.prefix(40))'", message)
        }
        guard meta.member(MCPMeta.clientCapabilities)?.kind == .object else {
            return invalid("params._meta['\(MCPMeta.clientCapabilities)'] is missing", message)
        }
        guard !removedMethods.contains(method) else { return unknownMethod(method, message.id) }
        return nil
    }

    private static func nameProblem(_ message: JSONRPCMessage, _ head: Head, _ method: String) -> Answer? {
        guard let member = MCPHeader.nameMember[method] else { return nil }
        guard let text = head.name else { return mismatch("\(MCPHeader.name) is missing", message) }
        guard let name = HeaderText.decoded(text) else {
            return mismatch("\(MCPHeader.name) is not well encoded", message)
        }
        let own = message.text.range(at: "params", member).flatMap { message.text.value(in: $0).stringValue }
        guard let own else { return invalid("params.\(member) is missing", message) }
        // By byte: to Swift, é is é however it is spelled, but not to the server.
        guard own.utf8.elementsEqual(name.utf8) else {
            return mismatch("\(MCPHeader.name) does not match the body's params.\(member)", message)
        }
        return nil
    }

    /// What earlier versions have and 2026-07-28 has not ("Changelog").
    private static let removedMethods: Set<String> = [
        MCPMethod.initialize, MCPMethod.ping, MCPMethod.setLevel, MCPMethod.subscribe, MCPMethod.unsubscribe,
    ]

    private static func mismatch(_ text: String, _ message: JSONRPCMessage) -> Answer {
        .refusal(.badRequest, .headerMismatch, "Header mismatch: \(text)", id: message.id)
    }

    private static func invalid(_ text: String, _ message: JSONRPCMessage) -> Answer {
        .refusal(.badRequest, .invalidParams, text, id: message.id)
    }

    /// 404 with an error that tells it from the 404 of a server that has no such endpoint.
    static func unknownMethod(_ method: String, _ id: JSONText?) -> Answer {
        .refusal(.notFound, .methodNotFound, "Method not found: \(method)", id: id, reason: .method)
    }
}

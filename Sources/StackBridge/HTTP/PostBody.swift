// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// The messages of a POST, or the answer that refuses them.
enum PostBody: Equatable {
    /// Messages for a session.
    case messages([JSONRPCMessage], isBatch: Bool)
    /// The one request that opens a session.
    case initialize(JSONRPCMessage)
    /// Not acceptable.
    case refuse(Answer)

    /// The messages that one array may hold.
    static let maximumBatch = 256

    /// Reads a body, given what the head of its request says.
    init(_ bytes: ByteBuffer, of post: RequestGate.Post) {
        do throws(JSONRPCParseError) {
            self = try Self.parse(bytes, post)
        } catch {
            self = .refuse(.refusal(of: error))
        }
    }

    private static func parse(_ bytes: ByteBuffer, _ post: RequestGate.Post) throws(JSONRPCParseError) -> PostBody {
        guard isArray(bytes) else { return single(try JSONRPCMessage(parsing: bytes), post) }
        let text: JSONText
        do throws(JSONSyntaxError) {
            text = try JSONText(validating: bytes)
        } catch {
            throw .syntax(error)
        }
        let elements = text.elements
        guard (1...maximumBatch).contains(elements.count) else {
            throw .invalid("a batch holds 1 to \(maximumBatch) messages", id: nil)
        }
        var messages: [JSONRPCMessage] = []
        for element in elements {
            let message = try JSONRPCMessage(element)
            if let refusal = refusal(of: message) { return .refuse(refusal) }
            guard message.method != MCPMethod.initialize else {
                throw .invalid("initialize is not part of a batch", id: message.id)
            }
            messages.append(message)
        }
        guard post.session != nil else { return .refuse(RequestGate.noSession()) }
        return .messages(messages, isBatch: true)
    }

    private static func isArray(_ bytes: ByteBuffer) -> Bool {
        bytes.readableBytesView.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "[")
    }

    private static func single(_ message: JSONRPCMessage, _ post: RequestGate.Post) -> PostBody {
        if let refusal = refusal(of: message) { return .refuse(refusal) }
        let opens = message.kind == .request && message.method == MCPMethod.initialize
        if post.session == nil {
            return opens ? .initialize(message) : .refuse(RequestGate.noSession(id: message.id))
        }
        return .messages([message], isBatch: false)
    }

    /// Refuses what only stateless requests are, which say so in their header too.
    private static func refusal(of message: JSONRPCMessage) -> Answer? {
        guard let method = message.method else { return nil }
        let isStateless =
            method == MCPMethod.discover || message.parameterRange(at: "_meta", MCPMeta.protocolVersion) != nil
        guard isStateless else { return nil }
        let text = "Header mismatch: \(MCPHeader.protocolVersion) is missing or names a version with sessions"
        return .refusal(.badRequest, .headerMismatch, text, id: message.id)
    }
}

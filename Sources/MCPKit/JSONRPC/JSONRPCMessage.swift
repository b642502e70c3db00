// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

/// One JSON-RPC 2.0 message as its bytes, with the places that routing needs.
///
/// Everything else in it stays unread: what passes through a bridge arrives byte for byte.
public struct JSONRPCMessage: Sendable, Equatable {
    /// What a message is, told by the members it has.
    public enum Kind: Sendable, Hashable {
        /// `method` and `id`: an answer is expected.
        case request
        /// `method` without `id`.
        case notification
        /// `result` and `id`.
        case response
        /// `error`, and the `id` of the request when it is known.
        case errorResponse
    }

    /// The whole message.
    public let text: JSONText
    /// What the message is.
    public let kind: Kind
    /// The id as it is spelled, of any JSON type; nil for a notification.
    public let id: JSONText?
    /// The method of a request or notification.
    public let method: String?

    private let idRange: Range<Int>?

    /// Parses one message.
    ///
    /// - Throws: `JSONRPCParseError`, telling bytes that are not JSON from JSON that is no message.
    public init(parsing bytes: ByteBuffer) throws(JSONRPCParseError) {
        let text: JSONText
        do throws(JSONSyntaxError) {
            text = try JSONText(validating: bytes)
        } catch {
            throw .syntax(error)
        }
        try self.init(text)
    }

    /// Understands a JSON value as a message.
    public init(_ text: JSONText) throws(JSONRPCParseError) {
        guard text.kind == .object else { throw .invalid("a message is a JSON object", id: nil) }
        var members = Members()
        text.forEachMember { members.add($0, $1) }
        let id = members.id.map(text.value(in:))
        if let repeated = members.repeated { throw .invalid("member \"\(repeated)\" appears twice", id: id) }
        guard let version = members.version.map(text.value(in:)), version.stringValue == "2.0" else {
            throw .invalid("\"jsonrpc\" is not \"2.0\"", id: id)
        }
        if let method = members.method {
            guard let name = text.value(in: method).stringValue else {
                throw .invalid("\"method\" is not a string", id: id)
            }
            guard !members.hasResult, !members.hasError else {
                throw .invalid("both a method and an outcome", id: id)
            }
            self.kind = id == nil ? .notification : .request
            self.method = name
        } else {
            guard members.hasResult != members.hasError else {
                throw .invalid("neither a method nor exactly one of \"result\" and \"error\"", id: id)
            }
            guard id != nil || members.hasError else { throw .invalid("a result without \"id\"", id: nil) }
            self.kind = members.hasResult ? .response : .errorResponse
            self.method = nil
        }
        self.text = text
        self.id = id
        self.idRange = members.id
    }

    /// The message with its id, and optionally its progress token, exchanged; everything else byte for byte.
    public func rewritten(id newID: JSONText, progressToken: JSONText? = nil) -> ByteBuffer {
        var edits: [(range: Range<Int>, with: JSONText)] = []
        if let idRange { edits.append((idRange, newID)) }
        if let progressToken, let range = progressTokenRange { edits.append((range, progressToken)) }
        return text.replacing(edits)
    }

    /// The message with another id, byte for byte otherwise.
    public func replacingID(with newID: JSONText) -> ByteBuffer {
        rewritten(id: newID)
    }
}

extension JSONRPCMessage {
    /// The members that decide what a message is.
    private struct Members {
        var version: Range<Int>?
        var id: Range<Int>?
        var method: Range<Int>?
        var hasResult = false
        var hasError = false
        var repeated: String?

        mutating func add(_ name: String, _ value: Range<Int>) {
            let seen: Bool
            switch name {
            case "jsonrpc":
                seen = version != nil
                version = value
            case "id":
                seen = id != nil
                id = value
            case "method":
                seen = method != nil
                method = value
            case "result":
                seen = hasResult
                hasResult = true
            case "error":
                seen = hasError
                hasError = true
            default: return
            }
            if seen { repeated = name }
        }
    }
}

/// Why bytes are not a JSON-RPC message.
public enum JSONRPCParseError: Error, Equatable, Sendable {
    /// The bytes are not JSON (-32700).
    case syntax(JSONSyntaxError)
    /// The JSON is not a message (-32600); the id is there when it could be told.
    case invalid(String, id: JSONText?)
}

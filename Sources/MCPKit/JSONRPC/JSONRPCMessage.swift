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
    /// Where `params` is.
    let parametersRange: Range<Int>?

    /// Parses one message.
    ///
    /// - Throws: `JSONRPCParseError`, telling bytes that are not JSON from JSON that is no message.
    public init(parsing bytes: ByteBuffer) throws(JSONRPCParseError) {
        var members = Members()
        let text: JSONText
        do throws(JSONSyntaxError) {
            text = try JSONText(validating: bytes) { members.add(spelled: $0, $1) }
        } catch {
            throw .syntax(error)
        }
        try self.init(text, members)
    }

    /// Understands a JSON value as a message.
    public init(_ text: JSONText) throws(JSONRPCParseError) {
        var members = Members()
        text.forEachSpelledMember { members.add(spelled: $0, $1) }
        try self.init(text, members)
    }

    private init(_ text: JSONText, _ members: Members) throws(JSONRPCParseError) {
        guard text.kind == .object else { throw .invalid("a message is a JSON object", id: nil) }
        let id = members.id.map(text.value(in:))
        if let repeated = members.repeated { throw .invalid("member \"\(repeated)\" appears twice", id: id) }
        guard let version = members.version.map(text.value(in:)), Self.isVersion2(version) else {
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
        self.parametersRange = members.parameters
    }

    private static let version2 = JSONText("2.0")

    private static func isVersion2(_ version: JSONText) -> Bool {
        version == version2 || version.stringValue == "2.0"
    }
}

extension JSONRPCMessage {
    /// The number that tells what went wrong; nil for what is no error, or has none.
    public var errorCode: Int? {
        text.range(at: "error", "code").flatMap { text.value(in: $0).integerValue }
    }
}

// MARK: Several at once

extension JSONRPCMessage {
    /// The message that bytes are, or those of an array, as 2025-03-26 allows ("Batching"); nil when there is none.
    public static func messages(in bytes: ByteBuffer) -> [JSONRPCMessage]? {
        if let message = try? JSONRPCMessage(parsing: bytes) { return [message] }
        guard let text = try? JSONText(validating: bytes), text.kind == .array else { return nil }
        let messages = text.elements.compactMap { try? JSONRPCMessage($0) }
        return messages.isEmpty ? nil : messages
    }
}

// MARK: Messages with another id

extension JSONRPCMessage {
    /// The message with its id, and optionally its progress token, exchanged; everything else byte for byte.
    public func rewritten(id newID: JSONText, progressToken: JSONText? = nil) -> ByteBuffer {
        text.replacing(edits(id: newID, progressToken: progressToken))
    }

    /// The message with another id, byte for byte otherwise.
    public func replacingID(with newID: JSONText) -> ByteBuffer {
        rewritten(id: newID)
    }

    /// What `rewritten` gives, as a message; it needs no parsing, since it only differs in one or two values.
    public func renumbered(id newID: JSONText, progressToken: JSONText? = nil) -> JSONRPCMessage {
        guard let idRange else { return self }
        return JSONRPCMessage(self, edits(id: newID, progressToken: progressToken), id: newID, at: idRange)
    }

    private func edits(id newID: JSONText, progressToken: JSONText?) -> [(range: Range<Int>, with: JSONText)] {
        var edits: [(range: Range<Int>, with: JSONText)] = []
        if let idRange { edits.append((idRange, newID)) }
        if let progressToken, let range = progressTokenRange { edits.append((range, progressToken)) }
        return edits
    }

    private init(
        _ old: JSONRPCMessage, _ edits: [(range: Range<Int>, with: JSONText)], id: JSONText, at idRange: Range<Int>
    ) {
        func moved(_ position: Int) -> Int {
            edits.reduce(position) { moved, edit in
                edit.range.upperBound > position ? moved : moved + edit.with.bytes.readableBytes - edit.range.count
            }
        }
        func moved(_ range: Range<Int>) -> Range<Int> { moved(range.lowerBound)..<moved(range.upperBound) }
        text = JSONText(trusted: old.text.replacing(edits), kind: .object)
        kind = old.kind
        self.id = id
        method = old.method
        self.idRange = moved(idRange)
        parametersRange = old.parametersRange.map(moved)
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
        var parameters: Range<Int>?
        var repeated: String?

        /// Takes a member whose name may be spelled with escapes.
        mutating func add(spelled name: UnsafeRawBufferPointer, _ value: Range<Int>) {
            guard name.contains(UInt8(ascii: "\\")) else { return add(name, value) }
            var decoded = JSONText.decodedString(name[...])
            decoded.withUTF8 { add(UnsafeRawBufferPointer($0), value) }
        }

        private mutating func add(_ name: UnsafeRawBufferPointer, _ value: Range<Int>) {
            let isRepeated: Bool
            if name.spells("id") {
                isRepeated = id != nil
                id = value
            } else if name.spells("jsonrpc") {
                isRepeated = version != nil
                version = value
            } else if name.spells("method") {
                isRepeated = method != nil
                method = value
            } else if name.spells("result") {
                isRepeated = hasResult
                hasResult = true
            } else if name.spells("error") {
                isRepeated = hasError
                hasError = true
            } else {
                // Of equal ones the last counts, as for members further inside.
                if name.spells("params") { parameters = value }
                return
            }
            if isRepeated { repeated = String(decoding: name, as: UTF8.self) }
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func spells(_ name: StaticString) -> Bool {
        count == name.utf8CodeUnitCount
            && elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
}

/// Why bytes are not a JSON-RPC message.
public enum JSONRPCParseError: Error, Equatable, Sendable {
    /// The bytes are not JSON (-32700).
    case syntax(JSONSyntaxError)
    /// The JSON is not a message (-32600); the id is there when it could be told.
    case invalid(String, id: JSONText?)
}

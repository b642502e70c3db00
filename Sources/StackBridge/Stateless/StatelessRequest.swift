// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// The body of a stateless POST (2026-07-28), checked against its header fields.
enum StatelessRequest: Equatable {
    /// A request to answer.
    case request(JSONRPCMessage)
    /// A notification; the protocol has none that a server acts on over HTTP.
    case notification
    /// Not acceptable.
    case refuse(Answer)

    /// What the header says of the body ("Standard Request Headers").
    struct Head: Equatable {
        var method: String?
        var name: String?
        var accepts: AcceptedAnswers
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
        case .notification: self = .notification
        case .request: self = Self.problem(message, head).map { .refuse($0) } ?? .request(message)
        case .response, .errorResponse:
            let text = "A client of \(MCPProtocolVersion.v2026_07_28.rawValue) sends no responses"
            self = .refuse(.refusal(.badRequest, .invalidRequest, text, id: nil))
        }
    }

    private static func problem(_ message: JSONRPCMessage, _ head: Head) -> Answer? {
        let method = message.method ?? ""
        guard let named = head.method else { return mismatch("\(MCPHeader.method) is missing", message) }
        guard HeaderText.isValid(named), named == method else {
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

    /// The field in the body that `Mcp-Name` repeats.
    private static let namedBy = ["tools/call": "name", "prompts/get": "name", "resources/read": "uri"]

    private static func nameProblem(_ message: JSONRPCMessage, _ head: Head, _ method: String) -> Answer? {
        guard let member = namedBy[method] else { return nil }
        guard let text = head.name else { return mismatch("\(MCPHeader.name) is missing", message) }
        guard let name = HeaderText.decoded(text) else {
            return mismatch("\(MCPHeader.name) is not well encoded", message)
        }
        let own = message.text.range(at: "params", member).flatMap { message.text.value(in: $0).stringValue }
        guard let own else { return invalid("params.\(member) is missing", message) }
        return own == name ? nil : mismatch("\(MCPHeader.name) does not match the body's params.\(member)", message)
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

/// Text in header fields that mirror the body (2026-07-28, "Value Encoding").
enum HeaderText {
    /// Whether a field holds nothing but what fields may hold: visible ASCII, spaces and tabs.
    static func isValid(_ field: String) -> Bool {
        field.utf8.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) }
    }

    /// The text that a field stands for; nil when it is not well encoded.
    static func decoded(_ field: String) -> String? {
        guard isValid(field) else { return nil }
        guard field.hasPrefix("=?base64?"), field.hasSuffix("?="), field.utf8.count >= 11 else { return field }
        let digits = field.dropFirst("=?base64?".count).dropLast(2)
        guard let bytes = base64(digits) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// RFC 4648, section 4.
    private static func base64(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        for byte in text.utf8 {
            let value: UInt32
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(byte - UInt8(ascii: "A"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(byte - UInt8(ascii: "a")) + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(byte - UInt8(ascii: "0")) + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="):
                padding += 1
                continue
            default: return nil
            }
            guard padding == 0 else { return nil }
            bits = bits << 6 | value
            count += 1
            if count % 4 == 0 {
                bytes += [
                    UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8),
                    UInt8(truncatingIfNeeded: bits),
                ]
                bits = 0
            }
        }
        guard (count + padding) % 4 == 0, padding <= 2 else { return nil }
        switch count % 4 {
        case 2: bytes.append(UInt8(truncatingIfNeeded: bits >> 4))
        case 3: bytes += [UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)]
        case 1: return nil
        default: break
        }
        return bytes
    }
}

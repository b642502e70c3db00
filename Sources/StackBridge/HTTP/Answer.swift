// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// A whole HTTP response: status, fields, and a JSON body or none.
struct Answer: Equatable {
    var status: HTTPResponseStatus
    var fields: [Field] = []
    var body: ByteBuffer?
    /// Why the bridge refused; nil when it did not.
    var reason: RefusalReason?

    typealias Field = HTTPField

    /// A response without a body.
    static func empty(_ status: HTTPResponseStatus, fields: [Field] = []) -> Answer {
        Answer(status: status, fields: fields)
    }

    /// A response whose body is JSON.
    static func json(_ status: HTTPResponseStatus, _ body: ByteBuffer, fields: [Field] = []) -> Answer {
        Answer(status: status, fields: fields, body: body)
    }

    /// A response that says what is wrong as a JSON-RPC error.
    static func refusal(
        _ status: HTTPResponseStatus, _ code: JSONRPCError.Code, _ message: String, id: JSONText? = nil,
        fields: [Field] = [], reason: RefusalReason? = nil
    ) -> Answer {
        Answer(
            status: status, fields: fields, body: JSONRPCError(code, message).response(id: id),
            reason: reason ?? RefusalReason(status))
    }

    /// 400: what was sent is no message.
    static func refusal(of error: JSONRPCParseError) -> Answer {
        switch error {
        case .syntax(let fault): .refusal(.badRequest, .parseError, "The body is not JSON: \(fault)")
        case .invalid(let reason, let id):
            .refusal(.badRequest, .invalidRequest, "Not a JSON-RPC message: \(reason)", id: id)
        }
    }

    /// 503: the same request may work later.
    static func unavailable(
        _ message: String, code: JSONRPCError.Code = .serverError, retryAfter seconds: Int64, id: JSONText? = nil,
        reason: RefusalReason = .server
    ) -> Answer {
        .refusal(
            .serviceUnavailable, code, message, id: id, fields: [Field("Retry-After", String(max(1, seconds)))],
            reason: reason)
    }
}

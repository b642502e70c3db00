// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// A request that a server refused in the words of HTTP: its client has to sign in, or may not.
struct Refused: Equatable {
    var status: HTTPResponseStatus
    /// How to sign in (`WWW-Authenticate`; RFC 9728, section 5.1).
    var challenge: String?

    /// What a server answered; a challenge that no field can hold is left out.
    static func passed(_ head: HTTPConversation.Head) -> Refused {
        Refused(
            status: HTTPResponseStatus(statusCode: head.status),
            challenge: head.challenge.flatMap { HeaderText.isValid($0) ? $0 : nil })
    }

    /// The refusal in the words of JSON-RPC.
    var error: JSONRPCError {
        JSONRPCError(.serverError, "The server refuses the request (HTTP \(status.code) \(status.reasonPhrase))")
    }

    /// What the client gets.
    func answer(to id: JSONText?) -> Answer {
        .json(
            status, error.response(id: id), fields: challenge.map { [Answer.Field("WWW-Authenticate", $0)] } ?? [])
    }
}

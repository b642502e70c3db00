// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// Clients of 2024-11-05, which read one stream and post beside it ("HTTP with SSE").
extension BridgeHub {
    /// A client begins: its stream says where it is to post.
    func openPair(_ prefix: String, _ exchange: ExchangeID, _ from: HTTPConnectionHandler) {
        if let refusal = refusalOfSessions(id: nil) { return from.respond(refusal) }
        do throws(NotNow) {
            let session = try makeSession(isPair: true, isShared: configuration.sharesSessions || serverIsStateless)
            waiting[exchange]?.session = session.core.id
            let endpoint = "\(prefix)\(RequestGate.messagesPath)?sessionId=\(session.core.id)"
            perform(session.core.openPair(exchange, endpoint: endpoint, now: .now()), session)
        } catch {
            from.respond(.unavailable(error.cause, code: .internalError, retryAfter: error.seconds, id: nil))
        }
    }

    /// A client posts: what it gets for that comes on its stream.
    func handlePair(_ id: String, _ body: ByteBuffer, _ exchange: ExchangeID, _ from: HTTPConnectionHandler) {
        guard sessions[id]?.core.isPair == true else { return from.respond(RequestGate.unknownSession()) }
        let message: JSONRPCMessage
        do throws(JSONRPCParseError) {
            message = try JSONRPCMessage(parsing: body)
        } catch {
            let answer: Answer =
                switch error {
                case .syntax(let fault): .refusal(.badRequest, .parseError, "The body is not JSON: \(fault)")
                case .invalid(let reason, let id):
                    .refusal(.badRequest, .invalidRequest, "Not a JSON-RPC message: \(reason)", id: id)
                }
            return from.respond(answer)
        }
        let post = RequestGate.Post(session: id, version: nil, accepts: [.json, .events])
        withSession(id, exchange, from, requestID: message.id, [message]) { session in
            session.receive([message], isBatch: false, exchange: exchange, post: post, now: .now())
        }
    }
}

/// Children that may hang.
extension BridgeHub {
    /// How long a child that let a request go unanswered may stay silent.
    static let patienceWithSuspects = TimeAmount.seconds(30)

    /// Asks a child for a sign of life.
    func suspect(_ child: LiveChild) {
        guard child.suspectSince == nil else { return }
        child.suspectSince = .now()
        child.send(SharedConversation.request(id: LiveChild.signOfLife, MCPMethod.ping))
    }

    /// Ends children that gave no sign of life.
    func endHung(now: NIODeadline) {
        for child in Array(children.values) {
            guard let since = child.suspectSince, now - since >= Self.patienceWithSuspects else { continue }
            child.fail("the server does not answer and gives no sign of life")
            child.end()
        }
    }
}

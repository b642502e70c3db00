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
            let session = try makeSession(isPair: true, isShared: sharesSessions)
            waiting[exchange]?.session = session.core.id
            let endpoint = "\(prefix)\(RequestGate.messagesPath)?sessionId=\(session.core.id)"
            perform(session.core.openPair(exchange, endpoint: endpoint, now: .now()), session)
        } catch {
            from.respond(error.answer(to: nil))
        }
    }

    /// A client posts: what it gets for that comes on its stream.
    func handlePair(
        _ id: String, _ body: ByteBuffer, _ passed: [HTTPField], _ exchange: ExchangeID, _ from: HTTPConnectionHandler
    ) {
        guard sessions[id]?.core.isPair == true else { return from.respond(RequestGate.unknownSession()) }
        let message: JSONRPCMessage
        do throws(JSONRPCParseError) {
            message = try JSONRPCMessage(parsing: body)
        } catch {
            return from.respond(.refusal(of: error))
        }
        sessions[id]?.fields = passed
        let post = RequestGate.Post(session: id, version: nil, accepts: [.json, .events])
        withSession(id, exchange, from, requestID: message.id, [message]) { session in
            session.receive([message], isBatch: false, exchange: exchange, post: post, now: .now())
        }
    }
}

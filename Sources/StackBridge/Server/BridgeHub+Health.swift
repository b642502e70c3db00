// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// `/healthz`: whether the server answers, and not only the bridge.
extension BridgeHub {
    /// Somebody asks.
    func checkHealth(_ exchange: ExchangeID, _ from: HTTPConnectionHandler) {
        guard !isDraining else { return from.respond(Self.unhealthy("the bridge is stopping", retryAfter: 1)) }
        do throws(NotNow) {
            let server = try sharedServer()
            waiting[exchange]?.isCall = true
            server.calls[exchange] = .health(since: .now())
            if let introduction = server.conversation.introduction { askForHealth(exchange, introduction, server) }
        } catch {
            from.respond(Self.unhealthy(error.cause, retryAfter: error.seconds))
        }
    }

    /// Asks the server the least that there is to ask.
    func askForHealth(_ exchange: ExchangeID, _ introduction: ServerIntroduction, _ server: SharedServer) {
        server.conversation.join(.call(exchange))
        let bytes =
            introduction.generation == .stateless
            ? SharedConversation.request(1, MCPMethod.discover, StatelessMeta.parameters)
            : SharedConversation.request(id: JSONText(1), MCPMethod.ping)
        guard let question = try? JSONRPCMessage(parsing: bytes) else { return }
        perform(server.conversation.receive(question, from: .call(exchange)), server)
    }

    /// The server answered: whatever it said, it is there.
    func isHealthy(_ exchange: ExchangeID) {
        waiting[exchange]?.connection.respond(.json(.ok, ByteBuffer(string: #"{"status":"ok"}"#)))
    }

    /// The server cannot be asked.
    func isUnhealthy(_ exchange: ExchangeID, _ cause: String, retryAfter seconds: Int64) {
        waiting[exchange]?.connection.respond(Self.unhealthy(cause, retryAfter: seconds))
    }

    /// Gives up on servers that take too long.
    func tickHealthChecks(now: NIODeadline) {
        guard let server = shared else { return }
        for (exchange, call) in server.calls.sorted(by: { $0.key < $1.key }) {
            guard case .health(let since) = call, now - since >= configuration.healthPatience else { continue }
            let isOpen = server.conversation.introduction != nil
            isUnhealthy(exchange, isOpen ? "the server does not answer" : "the server is still starting", retryAfter: 5)
        }
    }

    private static func unhealthy(_ cause: String, retryAfter seconds: Int64) -> Answer {
        let body = JSONText.emptyObject.editing(append: [("status", JSONText("failing")), ("cause", JSONText(cause))])
        return .json(
            .serviceUnavailable, body.bytes, fields: [Answer.Field("Retry-After", String(max(1, seconds)))])
    }
}

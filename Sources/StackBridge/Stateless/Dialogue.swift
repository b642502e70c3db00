// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1

/// A request of a stateless client whose server asks something before it answers.
///
/// The server asks by a request of its own, and waits; the client learns of it from a result that says
/// `input_required`, and asks again with what the server wants to know (2026-07-28, "Multi Round-Trip Requests"). What
/// holds the two together is `requestState`: a random name, which tells nothing and can only be guessed by chance.
struct Dialogue {
    /// A question of the server.
    struct Question: Equatable {
        /// Its name towards the client.
        var key: String
        /// Its id towards the server.
        var id: JSONText
        var request: JSONText
    }

    /// The methods whose results may ask for input ("Supported Requests").
    static let methods: Set<String> = ["tools/call", "prompts/get", "resources/read"]

    /// What a server may ask, and the capability by which a client says that it answers.
    private static let kinds = [
        "elicitation/create": "elicitation", "sampling/createMessage": "sampling", "roots/list": "roots",
    ]

    let state: String
    private(set) var questions: [Question] = []
    /// What the server answered while its client was still thinking: it did not wait.
    private(set) var outcome: JSONRPCMessage?
    private var lastQuestion = 0

    init(state: String) {
        self.state = state
    }

    /// The capabilities of a client that concern questions; nil when it answers none.
    static func capabilities(of message: JSONRPCMessage) -> JSONText? {
        guard methods.contains(message.method ?? ""),
            let range = message.text.range(at: "params", "_meta", MCPMeta.clientCapabilities)
        else { return nil }
        let known = Set(kinds.values)
        let capabilities = message.text.value(in: range).editing(remove: { !known.contains($0) })
        return capabilities == .emptyObject ? nil : capabilities
    }

    /// Takes a question of the server; the error to answer it with when it is none that a client could be asked.
    mutating func ask(_ message: JSONRPCMessage, capabilities: JSONText) -> ByteBuffer? {
        guard let id = message.id, let method = message.method else { return nil }
        guard let kind = Self.kinds[method], capabilities.member(kind) != nil else {
            return JSONRPCError(.methodNotFound, "The client answers no \(method)").response(id: id)
        }
        lastQuestion += 1
        let request = JSONText.emptyObject.editing(
            append: [("method", JSONText(method))] + (message.text.member("params").map { [("params", $0)] } ?? []))
        questions.append(Question(key: "q\(lastQuestion)", id: id, request: request))
        return nil
    }

    /// Takes what the server says, other than a question, while its client thinks.
    ///
    /// A server may give up on a question, and answer without it; then nothing is open any more.
    mutating func take(_ message: JSONRPCMessage) {
        switch message.kind {
        case .response, .errorResponse: (outcome, questions) = (message, [])
        case .notification where message.method == MCPMethod.cancelled:
            questions.removeAll { $0.id == message.cancelledRequestID }
        case .notification, .request: break
        }
    }

    /// The result that makes a client answer what is open.
    var inputRequired: JSONText {
        JSONText.emptyObject.editing(append: [
            ("resultType", JSONText("input_required")),
            (
                "inputRequests",
                JSONText.emptyObject.editing(append: questions.map { (name: $0.key, value: $0.request) })
            ),
            ("requestState", JSONText(state)),
        ])
    }

    /// The name of the dialogue that a request goes on with.
    static func state(of message: JSONRPCMessage) -> String? {
        message.text.range(at: "params", "requestState").flatMap { message.text.value(in: $0).stringValue }
    }

    /// 400: a client goes on with what nobody has begun, or what is over.
    static func unknownState(id: JSONText?) -> Answer {
        let text = "The request that this goes on with is over; send it again without requestState"
        return .refusal(.badRequest, .invalidParams, text, id: id)
    }

    /// Takes what the client answers and returns the responses for the server.
    ///
    /// What it leaves open stays a question.
    mutating func answer(_ message: JSONRPCMessage) -> [ByteBuffer] {
        let answers = message.text.range(at: "params", "inputResponses").map(message.text.value(in:)) ?? .emptyObject
        var responses: [ByteBuffer] = []
        questions.removeAll { question in
            guard let answer = answers.member(question.key), answer.kind == .object,
                let response = SharedConversation.response(question.id, result: answer)
            else { return false }
            responses.append(response.text.bytes)
            return true
        }
        return responses
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// A conversation and what is to be sent, driven step by step.
struct ConversationDriver {
    typealias Action = HTTPConversation.Action
    typealias Head = HTTPConversation.Head

    var conversation: HTTPConversation
    var requests: [HTTPConversation.Request] = []
    var delivered: [String] = []
    var other: [Action] = []

    init(_ transport: HTTPTransport = .streamableHTTP) {
        conversation = HTTPConversation(path: "/mcp", transport: transport)
    }

    mutating func take(_ actions: [Action]) {
        for action in actions {
            switch action {
            case .send(let request): requests.append(request)
            case .deliver(let message): delivered.append(String(buffer: message.text.bytes))
            default: other.append(action)
            }
        }
    }

    mutating func say(_ text: String, fields: [HTTPField] = []) throws {
        let message = try JSONRPCMessage(parsing: ByteBuffer(string: text))
        take(conversation.send(message, fields: fields))
    }

    /// Answers the request with this number as a whole.
    mutating func answer(_ number: Int, _ head: Head, _ body: String = "") {
        take(conversation.answered(number, head))
        take(conversation.received(number, body: ByteBuffer(string: body)))
        take(conversation.finished(number))
    }

    mutating func event(_ number: Int, _ data: String, id: String? = nil, event: String = "message") {
        conversation.noted(number, lastEvent: id, retry: nil)
        take(conversation.received(number, ServerSentEvent(event: event, data: ByteBuffer(string: data), id: id)))
    }

    /// Opens a session named `s`; the stream for the server's own messages is the newest request then.
    mutating func open() throws {
        try say(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#)
        answer(requests[0].number, Head(status: 200, mediaType: "application/json", session: "s"), Self.hello)
        try say(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        answer(requests[1].number, Head(status: 202))
    }

    func value(_ name: String, of request: HTTPConversation.Request) -> String? {
        request.fields.first { $0.name == name }?.value
    }

    static let hello = #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}}"#
}

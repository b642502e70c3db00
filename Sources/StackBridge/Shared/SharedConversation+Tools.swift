// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// What tools want repeated in the header of requests (2026-07-28, "Custom Headers from Tool Parameters").
///
/// Whoever speaks HTTP with a stateless client holds its header against the body: a server that reads standard input
/// sees no header, so that the bridge does it. And whoever calls a stateless server over HTTP repeats what it wants
/// repeated: a client with a session does not know of that. The server's tools tell; it is asked for them once somebody
/// calls one, and again when it says that they changed.
extension SharedConversation {
    /// What is known of the tools.
    enum Tools {
        case unknown
        case asked(Question)
        case known(MirroredArguments)
    }

    /// The server is being asked for its tools, page by page.
    struct Question {
        /// The number of the request for the page that comes.
        var number: Int
        /// Who called a tool and thereby made the bridge ask.
        var party: Party
        var pages = 1
        var found = MirroredArguments()
        /// When a clock was first looked at meanwhile.
        var since: NIODeadline?

        /// The pages that a server may have; one that goes on for ever is believed so far.
        static let mostPages = 100
        /// The hidden tools that are told of.
        static let mostHidden = 100
        /// How long a call may wait for it.
        static let patience = TimeAmount.seconds(10)
    }

    /// Sends a call of a tool, once it is known what its header has to say.
    mutating func forwardCall(_ arrival: Arrival, _ introduction: ServerIntroduction) -> [Action] {
        let hasTools = introduction.result.range(at: "capabilities", "tools") != nil
        let hasArguments = arrival.message.parameterRange(at: "arguments") != nil
        guard hasTools, hasArguments || !arrival.repeated.isEmpty, concernsHeader(arrival.party, introduction) else {
            return send(arrival, introduction)
        }
        switch tools {
        case .known(let mirrored): return send(arrival, introduction, mirrored)
        case .unknown:
            held.append(arrival)
            return ask(Question(number: nextNumber(), party: arrival.party))
        case .asked:
            held.append(arrival)
            return []
        }
    }

    /// Whether the header of what a party sends is the bridge's to judge or to write: a stateless server that speaks
    /// HTTP judges those of stateless clients itself.
    private func concernsHeader(_ party: Party, _ introduction: ServerIntroduction) -> Bool {
        party.isSession == (speaksHTTP && introduction.generation == .stateless)
    }

    private mutating func send(
        _ arrival: Arrival, _ introduction: ServerIntroduction, _ mirrored: MirroredArguments
    ) -> [Action] {
        if arrival.party.isSession {
            let actions = send(arrival, introduction, repeating: mirrored.fields(of: arrival.message))
            if !arrival.isSecond { pending[lastNumber]?.again = arrival }
            return actions
        }
        if let problem = problem(with: arrival.message, repeated: arrival.repeated) {
            return [.refuse(problem, arrival.party)]
        }
        return send(arrival, introduction, repeating: [])
    }

    /// Asks for the tools once more, as the server did not like how a call repeats its arguments, and then sends it
    /// again: it has not been served ("Client Behavior").
    mutating func sendAgain(_ arrival: Arrival) -> [Action] {
        var arrival = arrival
        arrival.isSecond = true
        held.append(arrival)
        if case .asked = tools { return [] }
        return forgetTools()
    }

    /// A page of tools as a party is to see it: whatever a client knows of them, the bridge knows too.
    mutating func show(_ message: JSONRPCMessage, _ party: Party) -> (JSONRPCMessage, [Action]) {
        guard let introduction, let range = message.text.range(at: "result") else { return (message, []) }
        let page = message.text.value(in: range)
        if case .known(var mirrored) = tools {
            mirrored.add(toolsOf: page)
            tools = .known(mirrored)
        }
        guard party.isSession, concernsHeader(party, introduction),
            let (shown, names) = MirroredArguments.withoutInvalidTools(page),
            let edited = try? JSONRPCMessage(message.text.replacing(range, with: shown))
        else { return (message, []) }
        let untold = names.filter { hiddenTools.count < Question.mostHidden && hiddenTools.insert($0).inserted }
        let reports = untold.map {
            Action.report("the tool '\($0.prefix(80))' is not shown to clients: its x-mcp-header marks are not valid")
        }
        return (edited, reports)
    }

    /// What a call that goes on, or begins, has wrong in its header; nil as long as that is not known.
    func problem(with message: JSONRPCMessage, repeated: [HTTPField]) -> JSONRPCError? {
        guard case .known(let mirrored) = tools else { return nil }
        return mirrored.mismatch(of: message, fields: repeated)
            .map { JSONRPCError(.headerMismatch, "Header mismatch: \($0)") }
    }

    private mutating func ask(_ question: Question, cursor: JSONText? = nil) -> [Action] {
        tools = .asked(question)
        var parameters = introduction?.generation == .stateless ? StatelessMeta.parameters : .emptyObject
        if let cursor { parameters = parameters.editing(append: [("cursor", cursor)]) }
        let request = Self.request(question.number, MCPMethod.listTools, parameters)
        return [.send(request, for: question.party, repeating: [])]
    }

    /// Takes the answer to the bridge's own question for tools; nil when that is not what it is.
    mutating func receiveTools(_ number: Int, _ message: JSONRPCMessage) -> [Action]? {
        guard case .asked(var question) = tools, question.number == number else { return nil }
        // A server that does not tell its tools wants nothing repeated.
        guard let result = message.text.member("result") else { return know(question.found) }
        question.found.add(toolsOf: result)
        guard let cursor = result.member("nextCursor"), cursor.kind == .string, question.pages < Question.mostPages
        else { return know(question.found) }
        question.number = nextNumber()
        question.pages += 1
        return ask(question, cursor: cursor)
    }

    private mutating func know(_ mirrored: MirroredArguments) -> [Action] {
        tools = .known(mirrored)
        guard let introduction else { return [] }
        let calls = held
        held = []
        return calls.flatMap { send($0, introduction, mirrored) }
    }

    /// The server has said that its tools changed.
    mutating func forgetTools() -> [Action] {
        tools = .unknown
        return held.first.map { ask(Question(number: nextNumber(), party: $0.party)) } ?? []
    }

    /// The server refused a request in the words of HTTP; when it was the question for tools, the calls that wait are
    /// the server's to refuse as well.
    mutating func refusedTools(_ id: JSONText) -> [Action]? {
        guard case .asked(let question) = tools, question.number == id.integerValue, let introduction else {
            return nil
        }
        tools = .unknown
        let calls = held
        held = []
        return calls.flatMap { send($0, introduction, repeating: []) }
    }

    /// Looks at the clock: calls do not wait for ever for a server that does not tell its tools.
    mutating func tickTools(now: NIODeadline) -> [Action] {
        guard case .asked(var question) = tools else { return [] }
        guard let since = question.since else {
            question.since = now
            tools = .asked(question)
            return []
        }
        guard now - since >= Question.patience else { return [] }
        return [
            .sendToChild(Self.cancellation(of: question.number, "It took too long")),
            .report("the server does not tell its tools: the header of calls is not held against its schemas"),
        ] + know(question.found)
    }
}

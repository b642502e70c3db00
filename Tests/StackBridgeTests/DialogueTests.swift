// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

private func message(_ text: String) throws -> JSONRPCMessage {
    try JSONRPCMessage(parsing: ByteBuffer(string: text))
}

private func json(_ text: String) throws -> JSONText {
    try JSONText(validating: ByteBuffer(string: text))
}

private let meta =
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}},"x":{}}}"#

/// 2026-07-28, "Multi Round-Trip Requests".
@Suite struct DialogueTests {
    @Test func onlyWhatConcernsQuestionsCounts() throws {
        let call = try message(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{\#(meta)}}"#)
        #expect(Dialogue.capabilities(of: call) == (try json(#"{"elicitation":{"form":{}}}"#)))
        let list = try message(#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(meta)}}"#)
        #expect(Dialogue.capabilities(of: list) == nil)
        let bare = meta.replacing(#"{"elicitation":{"form":{}},"x":{}}"#, with: #"{"x":{}}"#)
        #expect(
            Dialogue.capabilities(
                of: try message(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{\#(bare)}}"#)) == nil)
    }

    @Test func questionsAndAnswersFindEachOther() throws {
        let capabilities = try json(#"{"elicitation":{},"roots":{}}"#)
        var dialogue = Dialogue(state: "s")
        let first = #"{"jsonrpc":"2.0","id":"a","method":"elicitation/create","params":{"message":"m"}}"#
        #expect(dialogue.ask(try message(first), capabilities: capabilities) == nil)
        let second = #"{"jsonrpc":"2.0","id":7,"method":"roots/list"}"#
        #expect(dialogue.ask(try message(second), capabilities: capabilities) == nil)
        let questions =
            #"{"q1":{"method":"elicitation/create","params":{"message":"m"}},"q2":{"method":"roots/list"}}"#
        #expect(
            dialogue.inputRequired
                == (try json(#"{"resultType":"input_required","inputRequests":\#(questions),"requestState":"s"}"#)))
        let part =
            #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"inputResponses":{"q2":{"roots":[]},"z":1}}}"#
        #expect(
            dialogue.answer(try message(part)).map { String(buffer: $0) }
                == [#"{"jsonrpc":"2.0","id":7,"result":{"roots":[]}}"#])
        #expect(dialogue.questions.map(\.key) == ["q1"])
        #expect(dialogue.answer(try message(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{}}"#)) == [])
    }

    /// 2025-11-25, "Cancellation": whoever asks may give up on it.
    @Test func theServerMayStopWaiting() throws {
        let capabilities = try json(#"{"elicitation":{}}"#)
        var dialogue = Dialogue(state: "s")
        for id in [#""a""#, "7"] {
            let question = #"{"jsonrpc":"2.0","id":\#(id),"method":"elicitation/create"}"#
            #expect(dialogue.ask(try message(question), capabilities: capabilities) == nil)
        }
        dialogue.take(
            try message(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}"#))
        dialogue.take(try message(#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"requestId":7}}"#))
        #expect(dialogue.questions.map(\.key) == ["q2"])
        let outcome = try message(#"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        dialogue.take(outcome)
        #expect(dialogue.questions.isEmpty)
        #expect(dialogue.outcome == outcome)
    }

    @Test func whatTheClientCannotAnswerIsRefused() throws {
        var dialogue = Dialogue(state: "s")
        for method in ["sampling/createMessage", "x"] {
            let question = try message(#"{"jsonrpc":"2.0","id":"a","method":"\#(method)"}"#)
            let refusal = dialogue.ask(question, capabilities: try json(#"{"elicitation":{}}"#))
            #expect(refusal.map { String(buffer: $0).contains("-32601") } == true)
        }
        #expect(dialogue.questions.isEmpty)
    }
}

@Suite struct BridgeDialogueTests {
    private func ask(
        _ connection: TestConnection, _ params: String, id: Int = 1
    ) async throws -> (HTTPResponseHead?, String) {
        let parameters = [#""name":"t""#, params, meta].filter { !$0.isEmpty }.joined(separator: ",")
        let fields = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "t")]
        try await connection.send(
            headers: fields, body: #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{\#(parameters)}}"#)
        let head = await connection.head()
        return (head, await connection.body())
    }

    private func state(_ body: String) throws -> String {
        let text = try json(body)
        return try #require(text.range(at: "result", "requestState").flatMap { text.value(in: $0).stringValue })
    }

    @Test func aServerAsksAndIsAnswered() async throws {
        try await TestBridge.run(["--asks"]) { bridge in
            let connection = try await bridge.connect()
            let (head, question) = try await ask(connection, "")
            #expect(head?.status == .ok)
            #expect(question.contains(#""resultType":"input_required""#))
            #expect(question.contains(#""q1":{"method":"elicitation/create","params":{"message":"who?"}}"#))
            let answers = #""inputResponses":{"q1":{"action":"accept"}},"requestState":"\#(try state(question))""#
            // On another connection, as any request.
            let (_, answer) = try await ask(try await bridge.connect(), answers, id: 2)
            #expect(answer.contains(#""id":2"#))
            #expect(answer.contains(#""result":{"action":"accept"}"#))
            #expect(answer.contains(#""resultType":"complete""#))
            // The server is used again.
            _ = try await ask(connection, "", id: 3)
            #expect(try await bridge.server.inspect { $0.dialogues.count } == 1)
        }
    }

    @Test func whatIsLeftOpenIsAskedAgainAndOldStatesAreRefused() async throws {
        try await TestBridge.run(["--asks"]) { bridge in
            let connection = try await bridge.connect()
            let (_, question) = try await ask(connection, "")
            let again = #""requestState":"\#(try state(question))""#
            let (_, asked) = try await ask(connection, again, id: 2)
            #expect(asked.contains("input_required"))
            #expect(asked.contains(#""id":2"#))
            let answers = #""inputResponses":{"q1":{"action":"decline"}},"requestState":"\#(try state(asked))""#
            #expect(try await ask(connection, answers, id: 3).1.contains("decline"))
            let (refused, body) = try await ask(connection, answers, id: 4)
            #expect(refused?.status == .badRequest)
            #expect(body.contains("-32602"))
        }
    }

    @Test func anAnswerThatDidNotWaitForTheClientIsKept() async throws {
        try await TestBridge.run(["--asks", "--impatient"]) { bridge in
            let connection = try await bridge.connect()
            let (_, question) = try await ask(connection, "")
            try await bridge.wait { hub in
                guard case .asking(let dialogue, _, _, _)? = hub.dialogues.values.first?.phase else { return false }
                return dialogue.outcome != nil
            }
            let answers = #""inputResponses":{"q1":{"action":"accept"}},"requestState":"\#(try state(question))""#
            let (head, answer) = try await ask(connection, answers, id: 2)
            #expect(head?.status == .ok)
            #expect(answer.contains(#""id":2"#))
            #expect(answer.contains(#""gave":"up""#))
            #expect(answer.contains(#""resultType":"complete""#))
            // The server is free again.
            #expect(try await ask(connection, "", id: 3).1.contains("input_required"))
            #expect(try await bridge.server.inspect { $0.dialogues.count } == 1)
        }
    }

    @Test func aQuestionThatIsWithdrawnIsNotAskedAgain() async throws {
        try await TestBridge.run(["--asks", "--withdraws"]) { bridge in
            let connection = try await bridge.connect()
            let (_, question) = try await ask(connection, "")
            try await bridge.wait { hub in
                guard case .asking(let dialogue, _, _, _)? = hub.dialogues.values.first?.phase else { return false }
                return dialogue.questions.map(\.key) == ["q2"]
            }
            let again = #""inputResponses":{"q1":{"action":"accept"}},"requestState":"\#(try state(question))""#
            let (_, asked) = try await ask(connection, again, id: 2)
            #expect(asked.contains(#""q2":"#) && !asked.contains(#""q1":"#))
            let answers = #""inputResponses":{"q2":{"action":"decline"}},"requestState":"\#(try state(asked))""#
            #expect(try await ask(connection, answers, id: 3).1.contains("decline"))
        }
    }

    @Test func whoeverThinksTooLongIsForgotten() async throws {
        try await TestBridge.run(["--asks"]) { bridge in
            let connection = try await bridge.connect()
            _ = try await ask(connection, "")
            try await bridge.server.inspect { $0.tickDialogues(now: .now() + .minutes(4)) }
            #expect(try await bridge.server.inspect { $0.dialogues.count } == 1)
            try await bridge.server.inspect { $0.tickDialogues(now: .now() + .minutes(6)) }
            #expect(try await bridge.server.inspect { $0.dialogues.count } == 0)
        }
    }

    @Test func aServerThatHangsIsFoundOutByItself() async throws {
        try await TestBridge.run(["--deaf"]) { bridge in
            let connection = try await bridge.connect()
            async let answer = ask(connection, "")
            while try await bridge.server.inspect({ $0.dialogues.values.first?.conversation.pending.count }) != 1 {}
            try await bridge.server.inspect { hub in
                hub.tickDialogues(now: .now() + .minutes(11))
                #expect(hub.dialogues.values.first?.child.suspectSince != nil)
                #expect(hub.shared == nil)
                hub.endHung(now: .now() + .seconds(31))
                #expect(hub.dialogues.isEmpty)
            }
            #expect(try await answer.1.contains("took longer than"))
        }
    }

    @Test func aServerThatDoesNotStartIsAnsweredFor() async throws {
        try await TestBridge.run(["7"]) { bridge in
            let (head, body) = try await ask(try await bridge.connect(), "")
            #expect(head?.status == .serviceUnavailable)
            #expect(body.contains("status 7"))
        }
    }

    @Test func aSharedServerIsToldOfNobody() async throws {
        try await TestBridge.runShared(["--asks"]) { bridge in
            let (_, body) = try await ask(try await bridge.connect(), "")
            #expect(body.contains("-32601"))
            #expect(try await bridge.server.inspect { $0.dialogues.count } == 0)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import Testing

@testable import StackBridge

private typealias Action = SharedConversation.Action

private func message(_ text: String) throws -> JSONRPCMessage {
    try JSONRPCMessage(parsing: ByteBuffer(string: text))
}

private func sent(_ text: String) -> Action { .sendToChild(ByteBuffer(string: text)) }

private func delivered(_ text: String, _ party: SharedConversation.Party) throws -> Action {
    .deliver(try message(text), party)
}

@Suite struct SharedConversationTests {
    private static let introduction =
        #"{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},"logging":{},"tasks":{"list":{}}},"serverInfo":{"name":"e","version":"1"},"x":1}"#
    private let a = SharedConversation.Party.session("a")
    private let b = SharedConversation.Party.session("b")

    /// A conversation that is open, with two clients; the next number is 2.
    private func open() throws -> SharedConversation {
        var conversation = SharedConversation()
        _ = conversation.begin(client: "1")
        _ = conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":1,"result":\#(Self.introduction)}"#))
        conversation.join(a)
        conversation.join(b)
        return conversation
    }

    /// 2025-11-25, "Lifecycle", "Initialization": what a client sends, and that it sends nothing else before the answer.
    @Test func opensWithTheCapabilitiesOfNobody() throws {
        var conversation = SharedConversation()
        let handshake =
            #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcp-stack-bridge","version":"9"}}}"#
        #expect(conversation.begin(client: "9") == [sent(handshake)])
        conversation.join(a)
        // Whoever comes early waits.
        let early = #"{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}"#
        #expect(conversation.receive(try message(early), from: a) == [])
        let actions = conversation.receive(
            fromChild: try message(#"{"jsonrpc":"2.0","id":1,"result":\#(Self.introduction)}"#))
        let introduction = try #require(conversation.introduction)
        #expect(introduction.generation == .sessions(.v2025_06_18))
        let answer =
            #"{"jsonrpc":"2.0","id":7,"result":{"serverInfo":{"name":"e","version":"1"},"x":1,"protocolVersion":"2025-03-26","capabilities":{"tools":{"listChanged":true}}}}"#
        #expect(
            actions == [
                sent(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), .opened(introduction),
                try delivered(answer, a),
            ])
    }

    /// 2025-11-25, "Lifecycle", "Version Negotiation".
    @Test(arguments: [
        ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-06-18"),
        ("2026-07-28", "2025-06-18"), ("1999-01-01", "2025-06-18"),
    ])
    func choosesAVersionThatBothKnow(_ asked: String, _ chosen: String) throws {
        let result = try JSONText(validating: ByteBuffer(string: Self.introduction))
        let introduction = try #require(ServerIntroduction(initialize: result))
        let answer = introduction.initializeResult(for: MCPProtocolVersion(rawValue: asked))
        #expect(answer.member("protocolVersion")?.stringValue == chosen)
    }

    /// Equal ids of two clients at the same time, and twice of one, answered the other way round.
    @Test func keepsEqualIdsApart() throws {
        var conversation = try open()
        let request = try message(#"{"jsonrpc":"2.0","id":1,"method":"m"}"#)
        for (party, number) in [(a, 2), (b, 3), (a, 4)] {
            #expect(
                conversation.receive(request, from: party)
                    == [sent(#"{"jsonrpc":"2.0","id":\#(number),"method":"m"}"#)])
        }
        for (party, number) in [(a, 4), (b, 3), (a, 2)] {
            #expect(
                conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":\#(number),"result":\#(number)}"#))
                    == [try delivered(#"{"jsonrpc":"2.0","id":1,"result":\#(number)}"#, party)])
        }
        #expect(conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":2,"result":0}"#)) == [])
    }

    /// 2025-11-25, "Progress", "Behavior Requirements", 1.
    @Test func progressGoesToWhoseRequestItIs() throws {
        var conversation = try open()
        let call = #"{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":"t"}}}"#
        #expect(
            conversation.receive(try message(call), from: b)
                == [sent(#"{"jsonrpc":"2.0","id":2,"method":"m","params":{"_meta":{"progressToken":2}}}"#)])
        let progress = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}}"#
        let own = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}}"#
        #expect(conversation.receive(fromChild: try message(progress)) == [try delivered(own, b)])
        let stray = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9,"progress":1}}"#
        #expect(conversation.receive(fromChild: try message(stray)) == [])
    }

    @Test func onlyNewsOfListsGoToAll() throws {
        var conversation = try open()
        for list in ["tools", "prompts", "resources"] {
            let news = #"{"jsonrpc":"2.0","method":"notifications/\#(list)/list_changed"}"#
            #expect(
                conversation.receive(fromChild: try message(news)) == [try delivered(news, a), try delivered(news, b)])
        }
        for method in ["notifications/message", "notifications/cancelled", "notifications/x"] {
            let actions = conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","method":"\#(method)"}"#))
            #expect(actions == [.report("\(method) of the server belongs to no client and is dropped")])
        }
    }

    @Test func newsOfAResourceGoToWhoAsked() throws {
        var conversation = try open()
        let subscribe = #"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"u"}}"#
        _ = conversation.receive(try message(subscribe), from: a)
        let news = #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"u"}}"#
        #expect(conversation.receive(fromChild: try message(news)) == [])
        _ = conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":2,"result":{}}"#))
        #expect(conversation.receive(fromChild: try message(news)) == [try delivered(news, a)])
        _ = conversation.receive(try message(subscribe), from: b)
        _ = conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":3,"result":{}}"#))
        let unsubscribe = #"{"jsonrpc":"2.0","id":5,"method":"resources/unsubscribe","params":{"uri":"u"}}"#
        let answer = try delivered(#"{"jsonrpc":"2.0","id":5,"result":{}}"#, a)
        // The other one still wants them.
        #expect(conversation.receive(try message(unsubscribe), from: a) == [answer])
        #expect(conversation.receive(fromChild: try message(news)) == [try delivered(news, b)])
        #expect(
            conversation.leave(b)
                == [sent(#"{"jsonrpc":"2.0","id":4,"method":"resources/unsubscribe","params":{"uri":"u"}}"#)])
    }

    @Test func whoLeavesIsForgotten() throws {
        var conversation = try open()
        _ = conversation.receive(try message(#"{"jsonrpc":"2.0","id":1,"method":"m"}"#), from: a)
        let reason = #""reason":"The client has gone""#
        #expect(
            conversation.leave(a)
                == [sent(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2,\#(reason)}}"#)])
        #expect(conversation.leave(a) == [])
        #expect(conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":2,"result":0}"#)) == [])
        #expect(conversation.receive(try message(#"{"jsonrpc":"2.0","id":1,"method":"m"}"#), from: a) == [])
    }

    @Test func cancellationsNameTheRightRequest() throws {
        var conversation = try open()
        _ = conversation.receive(try message(#"{"jsonrpc":"2.0","id":1,"method":"m"}"#), from: a)
        let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#
        #expect(conversation.receive(try message(cancel), from: b) == [])
        #expect(
            conversation.receive(try message(cancel), from: a)
                == [sent(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)])
    }

    @Test func whatWasGivenUpIsForgotten() throws {
        var conversation = try open()
        for party in [a, b] {
            _ = conversation.receive(try message(#"{"jsonrpc":"2.0","id":1,"method":"m"}"#), from: party)
        }
        conversation.forget(JSONText(1), of: a)
        #expect(conversation.pending.values.map(\.party) == [b])
        #expect(conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":2,"result":0}"#)) == [])
    }

    /// Nor see, list or end what is theirs.
    @Test(arguments: ["logging/setLevel", "tasks/list", "tasks/cancel"])
    func clientsCannotChangeWhatOthersSee(_ method: String) throws {
        var conversation = try open()
        let actions = conversation.receive(try message(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)"}"#), from: a)
        guard case .deliver(let refusal, a)? = actions.first, actions.count == 1 else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.errorCode == -32601)
        for text in [
            #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            #"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#, #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        ] {
            #expect(conversation.receive(try message(text), from: a) == [])
        }
        let other = #"{"jsonrpc":"2.0","method":"notifications/custom","params":{"a":1.0}}"#
        #expect(conversation.receive(try message(other), from: a) == [sent(other)])
    }

    /// 2025-11-25, "Ping", and "Lifecycle", "Operation": only what was negotiated is used.
    @Test func questionsOfTheServerAreAnsweredForNobody() throws {
        var conversation = try open()
        #expect(
            conversation.receive(fromChild: try message(#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#))
                == [sent(#"{"jsonrpc":"2.0","id":"p","result":{}}"#)])
        let actions = conversation.receive(
            fromChild: try message(#"{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage"}"#))
        guard case .sendToChild(let bytes)? = actions.first else {
            Issue.record("no answer")
            return
        }
        #expect(String(buffer: bytes).contains("-32601"))
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"1999-01-01"}}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
    ])
    func aServerThatCannotBeUnderstoodIsRefused(_ answer: String) throws {
        var conversation = SharedConversation()
        _ = conversation.begin(client: "1")
        let actions = conversation.receive(fromChild: try message(answer))
        #expect(actions == [.refused(cause: "the server chose a version of the protocol that is not known")])
        #expect(conversation.phase == .ended)
    }
}

/// A server that only knows stateless requests, behind clients with sessions.
@Suite struct StatelessServerConversationTests {
    private let a = SharedConversation.Party.session("a")
    private static let meta =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"mcp-stack-bridge","version":"1"}}"#

    private func open() throws -> (SharedConversation, [Action]) {
        var conversation = SharedConversation()
        _ = conversation.begin(client: "1")
        conversation.join(a)
        let refusal = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"x"}}"#
        #expect(
            conversation.receive(fromChild: try message(refusal))
                == [sent(#"{"jsonrpc":"2.0","id":2,"method":"server/discover","params":{\#(Self.meta)}}"#)])
        let answer =
            #"{"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":1,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}}}"#
        let actions = conversation.receive(fromChild: try message(answer))
        return (conversation, actions)
    }

    @Test func isDiscoveredAndListenedTo() throws {
        let (conversation, actions) = try open()
        #expect(conversation.introduction?.generation == .stateless)
        let filter = #""notifications":{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true}"#
        #expect(
            actions.last
                == sent(
                    #"{"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{\#(filter),\#(Self.meta)}}"#))
    }

    @Test func requestsGetTheirMetaAndInitializeAnAnswer() throws {
        var (conversation, _) = try open()
        let call = #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"n","_meta":{"k":1}}}"#
        let meta = Self.meta.replacing(#""_meta":{"#, with: #""_meta":{"k":1,"#)
        #expect(
            conversation.receive(try message(call), from: a)
                == [sent(#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"n",\#(meta)}}"#)])
        let initialize = #"{"jsonrpc":"2.0","id":8,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#
        let result =
            #"{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s"}}"#
        #expect(
            conversation.receive(try message(initialize), from: a)
                == [try delivered(#"{"jsonrpc":"2.0","id":8,"result":\#(result)}"#, a)])
        #expect(
            conversation.receive(try message(#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#), from: a)
                == [try delivered(#"{"jsonrpc":"2.0","id":7,"result":{}}"#, a)])
    }

    /// 2026-07-28, "Result Type": a kind that is not known is an error.
    @Test(arguments: ["input_required", "some_day"])
    func whatIsNoAnswerForThemIsAnError(_ type: String) throws {
        var (conversation, _) = try open()
        let request = try message(#"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{}}"#)
        let answer = #"{"jsonrpc":"2.0","id":4,"result":{"resultType":"\#(type)","inputRequests":{}}}"#
        _ = conversation.receive(request, from: a)
        guard case .deliver(let error, a)? = conversation.receive(fromChild: try message(answer)).first else {
            Issue.record("not delivered")
            return
        }
        #expect(error.kind == .errorResponse)
        #expect(error.id == JSONText("c"))
        // A stateless client knows what to do.
        let call = SharedConversation.Party.call(ExchangeID(rawValue: 1))
        conversation.join(call)
        _ = conversation.receive(request, from: call)
        let own = answer.replacing("4", with: #""c""#)
        #expect(
            conversation.receive(fromChild: try message(answer.replacing("4", with: "5")))
                == [try delivered(own, call)])
    }

    @Test func newsReachClientsWithSessions() throws {
        var (conversation, _) = try open()
        let tag = #""_meta":{"io.modelcontextprotocol/subscriptionId":3}"#
        let news = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{\#(tag)}}"#
        #expect(conversation.receive(fromChild: try message(news)) == [try delivered(news, a)])
        let call = SharedConversation.Party.call(ExchangeID(rawValue: 5))
        conversation.join(call)
        let listen = #"{"jsonrpc":"2.0","id":"L","method":"subscriptions/listen","params":{}}"#
        _ = conversation.receive(try message(listen), from: call)
        let own = news.replacing(#"Id":3"#, with: #"Id":4"#)
        #expect(
            conversation.receive(fromChild: try message(own))
                == [try delivered(news.replacing(#"Id":3"#, with: #"Id":"L""#), call)])
    }

    @Test func subscribingListensAnew() throws {
        var (conversation, _) = try open()
        let subscribe = #"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"u"}}"#
        let actions = conversation.receive(try message(subscribe), from: a)
        #expect(actions.count == 3)
        #expect(actions.last == (try delivered(#"{"jsonrpc":"2.0","id":1,"result":{}}"#, a)))
        let news =
            #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"u","_meta":{"io.modelcontextprotocol/subscriptionId":4}}}"#
        #expect(conversation.receive(fromChild: try message(news)) == [try delivered(news, a)])
    }

    /// 2026-07-28, "Subscriptions", "Graceful Closure": a server ends them when it likes, in any of these ways.
    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":3,"result":{"resultType":"complete"}}"#,
        #"{"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"x"}}"#,
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}"#,
    ])
    func newsAreAskedForAgain(_ end: String) throws {
        var (conversation, _) = try open()
        let now = NIODeadline.now()
        #expect(conversation.tick(now: now) == [])
        #expect(conversation.receive(fromChild: try message(end)) == [])
        #expect(conversation.tick(now: now) == [])
        #expect(conversation.tick(now: now + .milliseconds(999)) == [])
        let again = conversation.tick(now: now + .seconds(1))
        #expect(again.count == 1)
        #expect(conversation.listening.number == 4)
        // It waits longer each time, until the server is willing.
        let next = try message(end.replacing("3,", with: "4,").replacing("3}", with: "4}"))
        #expect(conversation.receive(fromChild: next) == [])
        _ = conversation.tick(now: now)
        #expect(conversation.tick(now: now + .milliseconds(1999)) == [])
        #expect(conversation.tick(now: now + .seconds(2)).count == 1)
        let acknowledged =
            #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":5}}}"#
        #expect(conversation.receive(fromChild: try message(acknowledged)) == [])
        #expect(conversation.listening.pause == .seconds(1))
        // What changed while nobody heard of it is looked at again.
        guard case .unknown = conversation.tools else {
            Issue.record("the tools are still believed")
            return
        }
    }

    @Test func aServerWithoutNewsIsAskedOnce() throws {
        var (conversation, _) = try open()
        let end = #"{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"x"}}"#
        #expect(conversation.receive(fromChild: try message(end)) == [])
        #expect(conversation.tick(now: .now()) == [])
        #expect(conversation.tick(now: .now() + .hours(1)) == [])
    }

    /// Refused in the words of HTTP, which is no answer.
    @Test func newsThatAreRefusedAreAskedForAgain() throws {
        var (conversation, _) = try open()
        #expect(conversation.refused(JSONText(3)) == nil)
        #expect(conversation.tick(now: .now()) == [])
        #expect(conversation.tick(now: .now() + .minutes(1)).count == 1)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"x"}}"#,
        #"{"jsonrpc":"2.0","id":2,"result":{"supportedVersions":["2030-01-01"]}}"#,
    ])
    func aServerThatKnowsNeitherIsRefused(_ answer: String) throws {
        var conversation = SharedConversation()
        _ = conversation.begin(client: "1")
        _ = conversation.receive(
            fromChild: try message(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"x"}}"#))
        guard case .refused? = conversation.receive(fromChild: try message(answer)).first else {
            Issue.record("not refused")
            return
        }
    }
}

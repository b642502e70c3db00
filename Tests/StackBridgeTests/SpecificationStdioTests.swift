// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// The stdio pages of all versions, as they bind the client of a server, which the bridge is.
@Suite("stdio: what the bridge owes its server") struct SpecificationStdioTests {
    @Test(
        "2025-11-25, Transports, stdio: messages contain no embedded newlines",
        arguments: ["\n", "\r\n", "\r", "\n\n \n"])
    func messagesAreOnOneLine(_ lineBreak: String) async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let body = "{\(lineBreak)\"jsonrpc\":\"2.0\",\(lineBreak)\"id\":1,\"method\":\"echo\",\"params\":{}}"
            let text = Wire.message("echo", #"{"a":\#(lineBreak)"\\n\u2028"}"#)
            for body in [body, text] {
                let answer = try await connection.roundTrip(session: session, body: body + lineBreak)
                #expect(answer.status == 200)
                #expect(answer.value("result")?.kind == .object)
            }
        }
    }

    @Test("2025-11-25, Transports, stdio: nothing but messages goes to the server")
    func onlyMessagesAreWritten() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            for body in ["", "noise", "\"x\"", "{}", #"{"jsonrpc":"2.0"}"#, "[1]", "\u{0}"] {
                let answer = try await connection.roundTrip(session: session, body: body)
                #expect(answer.status == 400)
            }
            let heard = try await connection.exchange(Wire.message("heard"), session: session).1
            #expect(heard == #"{"jsonrpc":"2.0","id":1,"result":["initialize","heard"]}"#)
        }
    }

    @Test("2025-11-25, Lifecycle, Initialization: initialize comes first, then initialized, then everything else")
    func theHandshakeComesFirst() async throws {
        try await TestBridge.runShared { bridge in
            // Sent at once, so that it has to wait for the handshake.
            let heard = try await bridge.connect().stateless("heard").body
            let note = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
            #expect(heard == #"{"jsonrpc":"2.0","id":1,"result":["initialize",\#(note),"heard"]}"#)
        }
    }

    /// A message of this version says itself which one it is of.
    @Test("2026-07-28, stdio, Request Metadata: every request to a stateless server carries what it has to")
    func requestsToStatelessServers() async throws {
        var conversation = SharedConversation()
        var written = conversation.begin(client: "1")
        let refusal = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"m"}}"#
        let found = #"{"jsonrpc":"2.0","id":2,"result":{"supportedVersions":["2026-07-28"],"capabilities":{}}}"#
        for text in [refusal, found] { written += conversation.receive(fromChild: try parse(text)) }
        conversation.join(.session("a"))
        for text in [
            Wire.message("tools/list"), Wire.message("resources/subscribe", #"{"uri":"u"}"#), Wire.message("ping"),
            #"{"jsonrpc":"2.0","id":"q","result":{}}"#, Wire.message("notifications/initialized", id: nil),
            Wire.message("logging/setLevel", #"{"level":"debug"}"#),
        ] {
            written += conversation.receive(try parse(text), from: .session("a"))
        }
        for text in [question, Wire.message("ping", id: "\"p\"")] {
            written += conversation.receive(fromChild: try parse(text))
        }
        let lines = try written.compactMap { action -> JSONRPCMessage? in
            guard case .sendToChild(let bytes) = action else { return nil }
            return try JSONRPCMessage(parsing: bytes)
        }
        // "Sending Messages": no responses.
        #expect(lines.allSatisfy { $0.kind == .request || $0.kind == .notification })
        let requests = lines.filter { $0.kind == .request && $0.method != "initialize" }
        #expect(
            requests.map(\.method) == ["server/discover", "subscriptions/listen", "tools/list", "subscriptions/listen"])
        for request in requests {
            let meta = request.text.member("params")?.member("_meta")
            #expect(meta?.member(MCPMeta.protocolVersion) == JSONText("2026-07-28"))
            #expect(meta?.member(MCPMeta.clientCapabilities)?.kind == .object)
        }
        // "Cancellation": what is given up is cancelled by name.
        let cancelled = lines.filter { $0.method == MCPMethod.cancelled }.map(\.cancelledRequestID)
        #expect(cancelled == [JSONText(3)])
    }

    private func parse(_ text: String) throws -> JSONRPCMessage {
        try JSONRPCMessage(parsing: ByteBuffer(string: text))
    }

    @Test("2026-07-28, stdio, Request Metadata: a stateless server is asked for a sign of life in its own version")
    func signsOfLife() async throws {
        try await TestBridge.runShared(["--stateless"]) { bridge in
            let connection = try await bridge.connect()
            _ = try await connection.stateless("echo")
            try await bridge.server.inspect { hub in hub.children.values.forEach(hub.suspect) }
            try await bridge.wait { $0.children.values.first?.suspectSince == nil }
            let heard = try await connection.stateless("heard").body
            #expect(!heard.contains("ping"))
            #expect(heard.contains(#""server/discover","heard"]"#))
        }
    }

    @Test(
        "2026-07-28, stdio, Backward Compatibility: the generation of a server is not told by one error code alone",
        arguments: [true, false], [-32022, -32601])
    func anyErrorTellsTheGeneration(_ shares: Bool, _ code: Int) async throws {
        try await TestBridge.run(
            ["--stateless", "\(code)"], configure: { $0.sharesSessions = shares }
        ) { bridge in
            let connection = try await bridge.connect()
            let answer = try await connection.roundTrip(body: Wire.message("initialize"))
            #expect(answer.status == 200)
            #expect(answer.value("result", "serverInfo", "name") == JSONText("s"))
            #expect(try await connection.stateless("echo").status == 200)
        }
    }

    @Test("2025-03-26, Base Protocol, Batching: arrays of messages are received", arguments: [true, false])
    func arraysAreReceived(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let (connection, listener) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(connection)
            try await listener.send(.GET, session: session)
            _ = await listener.head()
            let (_, body) = try await connection.exchange(Wire.message("batch"), session: session)
            #expect(body == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            #expect(try await listener.event() == changed)
            #expect(bridge.log.lines == [])
        }
    }

    @Test("2025-11-25, Transports, stdio: output on stderr is no error", arguments: [true, false])
    func standardErrorIsNoError(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            for _ in 0..<2 {
                #expect(try await connection.exchange(Wire.message("stderr"), session: session).0?.status == .ok)
            }
            #expect(try await bridge.server.inspect { $0.metrics.refusals.isEmpty })
            #expect(bridge.log.lines == [])
        }
    }

    @Test("2025-11-25, Lifecycle, Shutdown, stdio: input closed, then SIGTERM, then SIGKILL, in this order")
    func shutdownHasAnOrder() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var teardown = ChildTeardown()
        var actions = teardown.end(now: start)
        while let deadline = teardown.deadline {
            #expect(deadline > start)
            actions += teardown.tick(now: deadline)
        }
        #expect(actions == [.closeInput, .terminateGroup, .killGroup])
        #expect(teardown.exited(now: start + .hours(1)).last == .reap)
    }

    @Test("2026-07-28, stdio, Unexpected Termination: the server is started again")
    func serversAreStartedAgain() async throws {
        try await TestBridge.runShared(configure: { $0.startDelay = .zero }) { bridge in
            let connection = try await bridge.connect()
            #expect(try await connection.stateless("echo").status == 200)
            let lost = try await connection.stateless("exit")
            #expect(lost.status == 503 && lost.code == -32603)
            #expect(lost.header("Retry-After") != nil)
            #expect(try await connection.stateless("echo").status == 200)
        }
    }
}

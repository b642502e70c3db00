// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// `/healthz`, which asks the server and not only the bridge.
@Suite struct HealthTests {
    private func ask(_ bridge: TestBridge) async throws -> (HTTPResponseHead?, String) {
        let connection = try await bridge.connect()
        try await connection.send(.GET, "/healthz")
        return (await connection.head(), await connection.body())
    }

    @Test(arguments: [[], ["--stateless"]], [true, false])
    func aServerThatAnswersIsWell(_ arguments: [String], _ isShared: Bool) async throws {
        try await TestBridge.run(arguments, configure: { $0.sharesSessions = isShared }) { bridge in
            for _ in 0..<2 {
                let (head, body) = try await ask(bridge)
                #expect(head?.status == .ok)
                #expect(body == #"{"status":"ok"}"#)
            }
            #expect(try await bridge.server.inspect { $0.shared?.calls.count } == 0)
        }
    }

    @Test func oneThatEndsIsNot() async throws {
        try await TestBridge.runShared(["5"]) { bridge in
            let (head, body) = try await ask(bridge)
            #expect(head?.status == .serviceUnavailable)
            #expect(head?.headers.first(name: "Retry-After") != nil)
            #expect(body == #"{"status":"failing","cause":"server exited with status 5"}"#)
        }
    }

    @Test func oneThatHangsIsNot() async throws {
        try await TestBridge.runShared(["--deaf"]) { bridge in
            let connection = try await bridge.connect()
            try await connection.send(.GET, "/healthz")
            // The question is on its way once the server has introduced itself.
            while try await bridge.server.inspect({ $0.shared?.conversation.pending.isEmpty ?? true }) {}
            try await bridge.server.inspect { $0.tickHealthChecks(now: NIODeadline.now() + TimeAmount.minutes(61)) }
            #expect(await connection.head()?.status == .serviceUnavailable)
            #expect(await connection.body() == #"{"status":"failing","cause":"the server does not answer"}"#)
        }
    }

    @Test func aProcessIsStillStartingUntilItHasIntroducedItself() async throws {
        try await TestBridge.run(command: ["/bin/sleep", "1000"]) { bridge in
            let connection = try await bridge.connect()
            try await connection.send(.GET, "/healthz")
            while try await bridge.server.inspect({ $0.shared?.calls.isEmpty ?? true }) {}
            try await bridge.server.inspect { $0.tickHealthChecks(now: NIODeadline.now() + TimeAmount.minutes(61)) }
            #expect(await connection.head()?.status == .serviceUnavailable)
            #expect(await connection.body() == #"{"status":"failing","cause":"the server is still starting"}"#)
        }
    }

    @Test func oneThatSpeaksHTTPIsAskedToo() async throws {
        try await TestOrigin.run(TestOrigin { $0.sessionReply() }) { bridge in
            let (head, body) = try await ask(bridge)
            #expect(head?.status == .ok)
            #expect(body == #"{"status":"ok"}"#)
        }
        try await TestOrigin.run(TestOrigin { _ in .close }) { bridge in
            let (head, _) = try await ask(bridge)
            #expect(head?.status == .serviceUnavailable)
        }
    }
}

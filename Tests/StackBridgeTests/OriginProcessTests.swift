// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import StackBridge

/// Servers that speak HTTP themselves and that the bridge runs.
@Suite(.serialized) struct OriginProcessTests {
    /// A port that nobody listens on.
    static func freePort() async throws -> Int {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        try await listener.close().get()
        return port
    }

    static let hello = #"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#

    static func run(
        isEager: Bool = false, configure: (inout BridgeConfiguration) -> Void = { _ in },
        _ test: (TestBridge) async throws -> Void
    ) async throws {
        let port = try await freePort()
        let address = try #require(OriginAddress("http://127.0.0.1:\(port)/mcp"))
        try await TestBridge.run(
            command: [try TestBridge.echoServer, "--http", String(port)],
            configure: { configuration in
                configuration.origin = BridgeConfiguration.Origin(address: address, isEager: isEager)
                configure(&configuration)
            }, test)
    }

    private func processes(_ bridge: TestBridge) async throws -> [pid_t] {
        try await bridge.server.inspect { hub in (hub.origin?.process).map { [$0.pid] } ?? [] }
    }

    @Test func theFirstRequestStartsOneForAll() async throws {
        try await Self.run { bridge in
            let before = try await processes(bridge)
            #expect(before.isEmpty)
            var answers: Set<String> = []
            for _ in 0..<2 {
                let connection = try await bridge.connect()
                let session = try await bridge.initialize(connection)
                answers.insert(
                    try await connection.exchange(#"{"jsonrpc":"2.0","id":1,"method":"pid"}"#, session: session).1)
            }
            let pid = try #require(try await processes(bridge).first)
            #expect(answers == [#"{"jsonrpc":"2.0","id":1,"result":\#(pid)}"#])
            #expect(bridge.log.serverLines.map(\.text) == ["listening"])
            #expect(try await bridge.server.inspect { $0.metricsText.contains("mcp_bridge_children 1\n") })
        }
    }

    @Test func anEagerOneIsThereBeforeAnyRequest() async throws {
        try await Self.run(isEager: true) { bridge in
            let running = try await processes(bridge)
            #expect(running.count == 1)
        }
    }

    @Test func itsEndEndsTheSessionsAndTheNextRequestStartsAnother() async throws {
        try await Self.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let first = try await processes(bridge)
            let (_, body) = try await connection.exchange(
                #"{"jsonrpc":"2.0","id":1,"method":"exit"}"#, session: session)
            #expect(body.contains(#""id":1"#) && body.contains("server exited with status 3"))
            var status: HTTPResponseStatus?
            while status != .notFound {
                status = try await connection.exchange(
                    #"{"jsonrpc":"2.0","id":2,"method":"pid"}"#, session: session
                ).0?.status
            }
            // What is left of the first one goes before the second one comes.
            while try await connection.exchange(Self.hello).0?.status != .ok {}
            let second = try await processes(bridge)
            #expect(second != first)
            #expect(bridge.log.lines.contains { $0.hasPrefix("server exited with status 3") })
        }
    }

    /// One client that hears nothing is no reason to end a server that others hear.
    @Test(arguments: [true, false])
    func aSilentSessionEndsAloneWhenOthersAreHeard(_ isHeard: Bool) async throws {
        try await Self.run { bridge in
            let (silent, other) = (try await bridge.connect(), try await bridge.connect())
            let first = try await bridge.initialize(silent)
            let second = try await bridge.initialize(other)
            try await bridge.server.inspect { hub in
                hub.sessions[first]?.child?.suspectSince = .now()
            }
            if isHeard {
                _ = try await other.exchange(#"{"jsonrpc":"2.0","id":1,"method":"pid"}"#, session: second)
            }
            let left = try await bridge.server.inspect { hub in
                hub.endHung(now: NIODeadline.now() + TimeAmount.seconds(31))
                return (Set(hub.sessions.keys), hub.origin?.process?.isInUse)
            }
            #expect(left.0 == (isHeard ? [second] : []))
            #expect(left.1 == isHeard)
        }
    }

    @Test func oneThatDoesNotStartIsHeldBack() async throws {
        try await Self.run(configure: { $0.command = ["/bin/false"] }) { bridge in
            let connection = try await bridge.connect()
            let (head, body) = try await connection.exchange(Self.hello)
            #expect(head?.status == .serviceUnavailable)
            #expect(body.contains("server exited with status 1"))
            let (next, why) = try await connection.exchange(Self.hello)
            #expect(next?.status == .serviceUnavailable)
            #expect(why.contains("the next start is in 1 s") || why.contains("server exited with status 1"))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

private func call(_ method: String, _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
}

private func askWithoutSession(_ connection: TestConnection) async throws -> (head: HTTPResponseHead?, body: String) {
    let meta =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
    try await connection.send(
        headers: [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "echo")],
        body: #"{"jsonrpc":"2.0","id":1,"method":"echo","params":{\#(meta)}}"#)
    return (await connection.head(), await connection.body())
}

@Suite struct BridgeStopTests {
    @Test func finishesWhatIsInFlight() async throws {
        try await TestBridge.run(configure: { configuration in
            configuration.drain = .hours(1)
            configuration.keepAlive = .hours(1)
        }) { bridge in
            let (held, late, stream, idle) = (
                try await bridge.connect(), try await bridge.connect(), try await bridge.connect(),
                try await bridge.connect()
            )
            let session = try await bridge.initialize(held)
            _ = try await idle.exchange(call("echo"), session: session)
            try await stream.send(.GET, session: session)
            _ = await stream.head()
            try await held.send(session: session, body: call("hold"))
            while try await bridge.server.inspect({ $0.sessions.values.first?.core.pendingCount }) == 0 {}
            let release = call("release")
            try await late.send(session: session, length: release.utf8.count)
            while try await bridge.server.inspect({ $0.waiting.count }) < 3 {}
            bridge.server.stop()
            #expect(try await stream.event() == nil)
            #expect(await stream.head() == nil)
            // A request that was on its way when the bridge was stopped.
            let (head, body) = try await idle.exchange(call("echo"), session: session)
            #expect(head?.status == .ok)
            #expect(head?.headers.first(name: "connection") == "close")
            #expect(body.contains("result"))
            #expect(await idle.head() == nil)
            try await late.finish(release)
            for connection in [held, late] {
                let head = await connection.head()
                #expect(head?.status == .ok)
                #expect(head?.headers.first(name: "connection") == "close")
            }
            #expect(await late.body() == #"{"jsonrpc":"2.0","id":1,"result":"second"}"#)
            #expect(await held.body() == #"{"jsonrpc":"2.0","id":1,"result":"first"}"#)
            try await bridge.server.waitUntilFinished()
        }
    }

    @Test func answersWhatTakesTooLong() async throws {
        try await TestBridge.run(configure: { $0.drain = .zero }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            try await connection.send(session: session, body: call("hold"))
            while try await bridge.server.inspect({ $0.sessions.values.first?.core.pendingCount }) == 0 {}
            bridge.server.stop()
            let head = await connection.head()
            #expect(head?.headers.first(name: "connection") == "close")
            #expect(await connection.body().contains(#""code":-32603,"message":"the bridge was stopped""#))
        }
    }

    /// Whatever a client has sent, or is about to send, on a connection that it may use is answered.
    @Test func servesConnectionsUntilTheirClientsLetGo() async throws {
        try await TestBridge.runShared(configure: { configuration in
            configuration.drain = .hours(1)
            configuration.keepAlive = .hours(1)
        }) { bridge in
            let (new, used, closed) = (
                try await bridge.connect(), try await bridge.connect(), try await bridge.connect()
            )
            let before = try await askWithoutSession(used)
            #expect(before.head?.headers.first(name: "connection") == nil)
            while try await bridge.server.inspect({ $0.connections.count }) < 3 {}
            bridge.server.stop()
            try await closed.close()
            for connection in [new, used] {
                let after = try await askWithoutSession(connection)
                #expect(after.head?.status == .ok)
                #expect(after.head?.headers.first(name: "connection") == "close")
                #expect(after.body.contains(#""result":"#))
                #expect(await connection.head() == nil)
            }
            try await bridge.server.waitUntilFinished()
        }
    }

    /// A stream says from the beginning that its connection ends with it.
    @Test func endsStreamsWithTheirConnections() async throws {
        try await TestBridge.run(configure: { configuration in
            configuration.drain = .hours(1)
            configuration.keepAlive = .hours(1)
        }) { bridge in
            let (connection, stream, late) = (
                try await bridge.connect(), try await bridge.connect(), try await bridge.connect()
            )
            let session = try await bridge.initialize(connection)
            try await stream.send(.GET, session: session)
            #expect(await stream.head()?.headers.first(name: "connection") == "close")
            while try await bridge.server.inspect({ $0.connections.count }) < 3 {}
            bridge.server.stop()
            #expect(try await stream.event() == nil)
            #expect(await stream.head() == nil)
            try await late.send(.GET, session: session)
            #expect(await late.head()?.status == .ok)
            #expect(try await late.event() == nil)
            #expect(await late.head() == nil)
            try await connection.close()
            try await bridge.server.waitUntilFinished()
        }
    }

    /// A connection that finds no bridge waits.
    @Test func leavesWhenIdleAndLosesNoConnection() async throws {
        try await withListener { listener, address in
            try await TestBridge.run(configure: { configuration in
                configuration.sockets = .inherited([dup(listener)])
                configuration.idleTimeout = .hours(1)
            }) { bridge in
                let connection = try await TestConnection.open(address)
                _ = try await bridge.initialize(connection)
                try await connection.close()
                while try await bridge.server.inspect({ $0.connections.count }) > 0 {}
                try await bridge.server.inspect { $0.advance(now: .now() + .hours(2)) }
                try await bridge.server.waitUntilFinished()
            }
            let early = try await TestConnection.open(address)
            try await TestBridge.run(configure: { $0.sockets = .inherited([dup(listener)]) }) { bridge in
                _ = try await bridge.initialize(early)
            }
        }
    }

    /// More clients than NIO would let wait find room in the queue of the socket, with and without a bridge behind it.
    @Test func leavesTheQueueOfItsSocketLong() async throws {
        try await withListener { listener, address in
            try await TestBridge.run(configure: { $0.sockets = .inherited([dup(listener)]) }) { _ in }
            var waiting: [Int32] = []
            defer { for descriptor in waiting { close(descriptor) } }
            for _ in 0..<300 {
                let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                waiting.append(client)
                guard address.withSockAddr({ connect(client, $0, socklen_t($1)) }) == 0 else { break }
            }
            #expect(waiting.count == 300)
        }
    }

    /// Runs a test with a listening socket that somebody else keeps open, as systemd does.
    private func withListener(_ test: (Int32, SocketAddress) async throws -> Void) async throws {
        var template = Array("/tmp/mcp-bridge-test-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = directory + "/s"
        defer {
            unlink(path)
            rmdir(directory)
        }
        let address = try SocketAddress(unixDomainSocketPath: path)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        #expect(address.withSockAddr { bind(listener, $0, socklen_t($1)) } == 0)
        #expect(listen(listener, .max) == 0)
        try await test(listener, address)
    }
}

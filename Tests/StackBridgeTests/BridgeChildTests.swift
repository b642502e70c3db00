// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import StackBridge

private func call(_ method: String, _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
}

@Suite struct BridgeChildTests {
    @Test func givesTheChildNothingButItsPipes() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let (_, descriptors) = try await connection.exchange(call("descriptors"), session: session)
            #expect(descriptors == #"{"jsonrpc":"2.0","id":1,"result":[]}"#)
            let (_, group) = try await connection.exchange(call("group"), session: session)
            #expect(group == #"{"jsonrpc":"2.0","id":1,"result":"own"}"#)
        }
    }

    @Test func answersForACrashedChildAndEndsTheSession() async throws {
        try await TestBridge.run { bridge in
            let (connection, waiting) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(connection)
            try await waiting.send(.GET, session: session)
            _ = await waiting.head()
            let (head, body) = try await connection.exchange(call("exit"), session: session)
            #expect(head?.status == .ok)
            #expect(
                body == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"server exited with status 3"}}"#)
            #expect(try await waiting.event() == nil)
            #expect(try await connection.exchange(call("echo"), session: session).0?.status == .notFound)
            _ = try await bridge.initialize(connection)
        }
    }

    @Test func saysWhyAChildDoesNotStartAndHoldsBack() async throws {
        try await TestBridge.run(["7"], configure: { $0.startDelay = .hours(1) }) { bridge in
            let connection = try await bridge.connect()
            let (failed, cause) = try await connection.exchange(call("initialize"))
            #expect(failed?.status == .serviceUnavailable)
            #expect(failed?.headers.first(name: "retry-after").flatMap { Int($0) } ?? 0 > 3_000)
            #expect(failed?.headers.first(name: "mcp-session-id") == nil)
            #expect(cause.contains(#""code":-32603,"message":"server exited with status 7""#))
            let (held, text) = try await connection.exchange(call("initialize"))
            #expect(held?.status == .serviceUnavailable)
            #expect(text.contains("server exited with status 7; the next start is in 3"))
        }
    }

    @Test func saysThatAProgramIsMissing() async throws {
        try await TestBridge.run(command: ["/nonexistent/server"]) { bridge in
            let connection = try await bridge.connect()
            let (failed, cause) = try await connection.exchange(call("initialize"))
            #expect(failed?.status == .serviceUnavailable)
            #expect(cause.contains("cannot start /nonexistent/server: No such file or directory"))
            #expect(try await bridge.server.inspect { $0.statusText }.contains("the server does not start"))
        }
    }

    @Test func dropsNoiseIntoTheLog() async throws {
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let (_, body) = try await connection.exchange(call("noise"), session: session)
            #expect(body == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            #expect(
                bridge.log.lines == [
                    "not a message on the server's stdout: this is no JSON",
                    "not a message on the server's stdout: {\"nor\": a message}",
                ])
        }
    }

    @Test func boundsSessions() async throws {
        try await TestBridge.run(configure: { $0.maximumSessions = 1 }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let (head, _) = try await connection.exchange(call("initialize"))
            #expect(head?.status == .serviceUnavailable)
            #expect(head?.headers.first(name: "retry-after") == "5")
            try await connection.send(.DELETE, session: session)
            _ = await connection.head()
            _ = await connection.body()
            _ = try await bridge.initialize(connection)
        }
    }

    /// Leaving `run` requires that the child is gone, though it heeds neither the end of its input nor SIGTERM.
    @Test func killsAStubbornChild() async throws {
        var pid: pid_t = 0
        try await TestBridge.run(["--stubborn"]) { bridge in
            _ = try await bridge.initialize(try await bridge.connect())
            pid = try await bridge.server.inspect { $0.children.keys.first ?? 0 }
        }
        #expect(pid > 0)
        #expect(kill(pid, 0) == -1 && errno == ESRCH)
    }

    /// The end of the pipe is there only when every process that holds it has gone.
    @Test func leavesNoGrandchild() async throws {
        var template = Array("/tmp/mcp-bridge-test-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fifo = directory + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        defer {
            unlink(fifo)
            rmdir(directory)
        }
        let reader = open(fifo, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try await TestBridge.run { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            _ = try await connection.exchange(call("grandchild", #"{"fifo":"\#(fifo)"}"#), session: session)
            // Opening the pipe for reading returns when the grandchild has opened it for writing.
            close(open(fifo, O_RDONLY))
            try await connection.send(.DELETE, session: session)
            _ = await connection.head()
        }
        _ = fcntl(reader, F_SETFL, 0)
        var byte: UInt8 = 0
        #expect(read(reader, &byte, 1) == 0)
    }
}

@Suite struct BridgeStopTests {
    @Test func finishesWhatIsInFlight() async throws {
        try await TestBridge.run(configure: { $0.drain = .hours(1) }) { bridge in
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

    /// Somebody else keeps the listening socket open, as systemd does: a connection that finds no bridge waits.
    @Test func leavesWhenIdleAndLosesNoConnection() async throws {
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
        #expect(listen(listener, 8) == 0)

        // It comes first, since a bridge that nobody has come to yet would be idle too.
        let connection = try await TestConnection.open(address)
        try await TestBridge.run(configure: { configuration in
            configuration.sockets = .inherited([dup(listener)])
            configuration.idleTimeout = .milliseconds(1)
        }) { bridge in
            _ = try await bridge.initialize(connection)
            try await connection.close()
            try await bridge.server.waitUntilFinished()
        }
        let early = try await TestConnection.open(address)
        try await TestBridge.run(configure: { $0.sockets = .inherited([dup(listener)]) }) { bridge in
            _ = try await bridge.initialize(early)
        }
    }
}

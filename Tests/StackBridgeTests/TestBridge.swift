// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import StackBridge

/// A bridge in this process, in front of the scripted server.
struct TestBridge {
    let server: BridgeServer
    let log: Log

    /// The lines that the bridge logged.
    final class Log: Sendable {
        private let box = Mutex<[String]>([])
        private let serverBox = Mutex<[LogLine]>([])
        /// What the server wrote to standard error.
        var serverLines: [LogLine] { serverBox.withLock { $0 } }
        var lines: [String] { box.withLock { $0 } }

        @Sendable func append(_ line: String) {
            box.withLock { $0.append(line) }
        }

        @Sendable func append(server lines: [LogLine]) {
            serverBox.withLock { $0 += lines }
        }
    }

    /// Starts a bridge, runs the test, stops the bridge, and requires that nothing is left of it.
    static func run(
        _ arguments: [String] = [], command: [String]? = nil,
        configure: (inout BridgeConfiguration) -> Void = { _ in }, _ test: (TestBridge) async throws -> Void
    ) async throws {
        var configuration = BridgeConfiguration(
            command: try command ?? [echoServer] + arguments, environment: ["PATH=/usr/bin:/bin", "MARK=é"],
            sockets: .listen(.tcp(host: "127.0.0.1", port: 0)))
        configuration.graces = .init(
            input: .milliseconds(50), terminate: .milliseconds(50), group: .milliseconds(10))
        configuration.drain = .milliseconds(50)
        configuration.keepAlive = .zero
        configuration.sharesSessions = false
        configuration.shortLife = .zero
        // On a busy machine everything may take its time, and must come out as the test expects all the same.
        configuration.session.silence = .hours(1)
        configuration.session.ping = .hours(1)
        configuration.session.spare = .hours(1)
        configuration.connectionIdle = .hours(1)
        configuration.healthPatience = .hours(1)
        configure(&configuration)
        let log = Log()
        let server = try await BridgeServer.start(
            configuration, on: MultiThreadedEventLoopGroup.singleton.next(), log: log.append,
            serverLog: log.append(server:))
        let result: Result<Void, any Error>
        do {
            try await test(TestBridge(server: server, log: log))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        server.stop()
        try await server.waitUntilFinished()
        let left = try await server.inspect { [$0.children.count, $0.sessions.count, $0.waiting.count] }
        #expect(left == [0, 0, 0])
        try result.get()
    }

    /// The scripted server lies beside the test program.
    static var echoServer: String {
        get throws {
            var path = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink("/proc/self/exe", &path, path.count)
            let program = String(decoding: path.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            var directory = try #require(program.lastIndex(of: "/").map { String(program[..<$0]) })
            if access(directory + "/echo-mcp-server", X_OK) != 0 {
                let test = try #require(CommandLine.arguments.first { $0.hasSuffix(".xctest") })
                directory = try #require(test.lastIndex(of: "/").map { String(test[..<$0]) })
            }
            return directory + "/echo-mcp-server"
        }
    }

    func connect() async throws -> TestConnection {
        try await .open(try #require(server.addresses.first))
    }

    /// Runs a test with a bridge whose child serves all clients.
    static func runShared(
        _ arguments: [String] = [], configure: (inout BridgeConfiguration) -> Void = { _ in },
        _ test: (TestBridge) async throws -> Void
    ) async throws {
        try await run(
            arguments,
            configure: { configuration in
                configuration.sharesSessions = true
                configure(&configuration)
            }, test)
    }

    /// Opens a session on a connection and returns its id.
    func initialize(_ connection: TestConnection) async throws -> String {
        let (head, _) = try await connection.exchange(#"{"jsonrpc":"2.0","id":"i","method":"initialize"}"#)
        return try #require(head?.headers.first(name: "Mcp-Session-Id"))
    }
}

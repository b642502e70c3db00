// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

private func call(_ method: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{}}"#
}

@Suite struct TokenBucketTests {
    @Test func letsABurstThroughAndThenTheRate() {
        var bucket = TokenBucket(every: .milliseconds(100), burst: 3)
        #expect((0..<4).map { _ in bucket.take(now: start) } == [nil, nil, nil, 1])
        #expect(bucket.take(now: start + .milliseconds(99)) == 1)
        #expect(bucket.take(now: start + .milliseconds(100)) == nil)
        #expect(bucket.take(now: start + .milliseconds(199)) == 1)
        #expect(bucket.take(now: start + .milliseconds(200)) == nil)
    }

    @Test func fillsUpAndNoFurther() {
        var bucket = TokenBucket(every: .seconds(1), burst: 2)
        #expect((0..<3).map { _ in bucket.take(now: start) } == [nil, nil, 1])
        #expect((0..<3).map { _ in bucket.take(now: start + .hours(1)) } == [nil, nil, 1])
    }

    @Test func saysHowLongToWait() {
        var bucket = TokenBucket(every: .seconds(1), burst: 1)
        #expect(bucket.take(now: start) == nil)
        #expect(bucket.take(now: start + .milliseconds(1)) == 1)
    }

    /// However requests come, no more get through in any time than the burst and what the rate adds.
    @Test func neverLetsMoreThrough() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let interval = Int64.random(in: 1...1_000, using: &random)
            let burst = Int64.random(in: 1...20, using: &random)
            var bucket = TokenBucket(every: .milliseconds(interval), burst: burst)
            var now = start
            var taken: Int64 = 0
            for _ in 0..<300 {
                now = now + .milliseconds(Int64.random(in: 0...40, using: &random))
                if bucket.take(now: now) == nil { taken += 1 }
            }
            #expect(taken <= burst + (now - start).nanoseconds / (interval * 1_000_000))
        }
    }
}

@Suite struct LimitTests {
    @Test func leavesRoomForOpenFiles() {
        #expect(ConnectionLimit.effective(wanted: 1024, descriptors: 524_288, children: 129) == 1024)
        #expect(ConnectionLimit.effective(wanted: 1024, descriptors: 1024, children: 129) == 541)
        #expect(ConnectionLimit.effective(wanted: 1024, descriptors: 64, children: 129) == 16)
        #expect(ConnectionLimit.effective(wanted: 2, descriptors: 64, children: 129) == 2)
        #expect(ConnectionLimit.descriptors > 0)
    }

    @Test func endsASessionOfTheGreatestAge() throws {
        var limits = BridgeSession.Limits()
        limits.age = .seconds(100)
        limits.request = nil
        var driver = try SessionDriver(limits: limits)
        _ = driver.openStream()
        _ = try driver.post(#"{"jsonrpc":"2.0","id":5,"method":"a"}"#, accepts: .json)
        #expect(driver.wait(.seconds(99)) == [.sendPing(ExchangeID(rawValue: 2))])
        let error = #"{"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"the session was open for 100 s"}}"#
        #expect(driver.wait(.seconds(1)) == [json(3, error), end(2), .end])
        #expect(driver.session.ending == .age)
        #expect(driver.wait(.hours(1)) == [])
    }

    @Test(arguments: [true, false]) func boundsTheRateOfSessions(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { configuration in
            configuration.sharesSessions = shares
            configuration.sessionInterval = .hours(1)
            configuration.sessionBurst = 2
        }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            _ = try await bridge.initialize(connection)
            let (head, body) = try await connection.exchange(call("initialize"))
            #expect(head?.status == .tooManyRequests)
            #expect(head?.headers.first(name: "retry-after").flatMap { Int($0) } ?? 0 > 3_000)
            #expect(body.contains("Sessions are opened too quickly"))
            #expect(try await connection.exchange(call("echo"), session: session).0?.status == .ok)
            let metrics = try await bridge.server.inspect { $0.metrics }
            #expect(metrics.refusals == [.init(status: 429, reason: .rate): 1])
            #expect(metrics.requests(.initialize, .refused) == 1)
        }
    }

    /// What a connection gets without having sent anything, up to its end.
    private func readToEnd(_ bridge: TestBridge) throws -> String {
        let address = try #require(bridge.server.addresses.first)
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        #expect(address.withSockAddr { Glibc.connect(connection, $0, socklen_t($1)) } == 0)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1_024)
        while true {
            let count = read(connection, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk.prefix(count)
        }
    }

    @Test func refusesConnectionsInHTTP() {
        let parts = ConnectionRefusal.answer.split(separator: "\r\n\r\n")
        #expect(parts.first?.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") == true)
        #expect(parts.first?.contains("\r\nRetry-After: 5\r\nConnection: close") == true)
        #expect(parts.first?.contains("\r\nContent-Length: \(parts.last?.utf8.count ?? 0)\r\n") == true)
    }

    @Test func boundsConnections() async throws {
        try await TestBridge.run(configure: { $0.maximumConnections = 2 }) { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(first)
            #expect(try await second.exchange(call("echo"), session: session).0?.status == .ok)
            #expect(try readToEnd(bridge) == ConnectionRefusal.answer)
            try await second.close()
            while try await bridge.server.inspect({ $0.connections.count }) > 1 {}
            let fourth = try await bridge.connect()
            #expect(try await fourth.exchange(call("echo"), session: session).0?.status == .ok)
            #expect(
                try await bridge.server.inspect { $0.metrics.refusals } == [
                    .init(status: 503, reason: .connections): 1
                ])
        }
    }

    /// Clients that are refused and never read must not use up what open files there are.
    @Test func refusedConnectionsDoNotPileUp() async throws {
        try await TestBridge.run(configure: { $0.maximumConnections = 1 }) { bridge in
            let first = try await bridge.connect()
            let session = try await bridge.initialize(first)
            var refused: [TestConnection] = []
            for _ in 0..<100 { refused.append(try await bridge.connect()) }
            while try await bridge.server.inspect({ $0.metrics.refusals.values.reduce(0, +) }) < 100 {}
            #expect(try await bridge.server.inspect { $0.refusals } <= ConnectionLimit.maximumRefusals)
            #expect(try await first.exchange(call("echo"), session: session).0?.status == .ok)
            while try await bridge.server.inspect({ $0.refusals }) > 0 {}
        }
    }

    /// A pipe holds 64 KiB, and the bridge no more than it has to.
    @Test func aServerThatDoesNotReadIsSentNoMore() async throws {
        try await TestBridge.runShared(configure: { $0.maximumQueuedForChild = 0 }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let pid = try await bridge.server.inspect { ($0.shared?.child as? LiveChild)?.pid }
            kill(try #require(pid), SIGSTOP)
            let large = #"{"x":"\#(String(repeating: "x", count: 100_000))"}"#
            while try await bridge.server.inspect({ $0.shared?.child.queuedBytes }) == 0 {
                let note = Wire.message("notifications/x", id: nil, large)
                #expect(try await connection.roundTrip(session: session, body: note).status == 202)
            }
            let refusals = [
                try await connection.roundTrip(session: session, body: call("echo")),
                try await connection.roundTrip(
                    session: session, body: Wire.message("notifications/x", id: nil)),
                try await connection.stateless("echo"),
                try await connection.roundTrip(
                    headers: Wire.fields("notifications/x"), body: Wire.message("notifications/x", id: nil)),
            ]
            #expect(refusals.map(\.status) == [503, 503, 503, 503])
            #expect(refusals.allSatisfy { $0.header("Retry-After") == "5" })
        }
    }

    /// No id of a request comes twice (2025-11-25, "Requests").
    @Test func everySignOfLifeHasANameOfItsOwn() async throws {
        try await TestBridge.run { bridge in
            let (first, second) = try await bridge.server.inspect { ($0.nextSign(), $0.nextSign()) }
            #expect(first != second)
            for id in [first, second] {
                let answer = try JSONRPCMessage(parsing: SharedConversation.request(id: id, "ping"))
                #expect(!BridgeHub.isSignOfLife(answer))
                let response = try #require(SharedConversation.response(id, result: .emptyObject))
                #expect(BridgeHub.isSignOfLife(response))
            }
        }
    }

    /// It answers `initialize`, and dies of the first call, again and again.
    @Test(arguments: [true, false]) func aChildThatDiesOfCallsIsHeldBack(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { configuration in
            configuration.sharesSessions = shares
            configuration.shortLife = .hours(1)
            configuration.startDelay = .hours(1)
        }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            #expect(try await connection.exchange(call("exit"), session: session).1.contains("exited with status 3"))
            let (head, body) = try await connection.exchange(call("initialize"))
            #expect(head?.status == .serviceUnavailable)
            #expect(head?.headers.first(name: "retry-after").flatMap { Int($0) } ?? 0 > 3_000)
            #expect(body.contains("server exited with status 3; the next start is in 3"))
            #expect(try await bridge.server.inspect { $0.statusText }.contains("the server does not start"))
        }
    }
}

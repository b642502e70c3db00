// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

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
        var bucket = TokenBucket(perSecond: 10, burst: 3)
        #expect((0..<4).map { _ in bucket.take(now: start) } == [nil, nil, nil, 1])
        #expect(bucket.take(now: start + .milliseconds(99)) == 1)
        #expect(bucket.take(now: start + .milliseconds(100)) == nil)
        #expect(bucket.take(now: start + .milliseconds(199)) == 1)
        #expect(bucket.take(now: start + .milliseconds(200)) == nil)
    }

    @Test func fillsUpAndNoFurther() {
        var bucket = TokenBucket(perSecond: 1, burst: 2)
        #expect((0..<3).map { _ in bucket.take(now: start) } == [nil, nil, 1])
        #expect((0..<3).map { _ in bucket.take(now: start + .hours(1)) } == [nil, nil, 1])
    }

    @Test func saysHowLongToWait() {
        var bucket = TokenBucket(perSecond: 1, burst: 1)
        #expect(bucket.take(now: start) == nil)
        #expect(bucket.take(now: start + .milliseconds(1)) == 1)
    }

    /// However requests come, no more get through in any time than the burst and what the rate adds.
    @Test func neverLetsMoreThrough() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let (rate, burst) = (Int64.random(in: 1...50, using: &random), Int64.random(in: 1...20, using: &random))
            var bucket = TokenBucket(perSecond: rate, burst: burst)
            var now = start
            var taken: Int64 = 0
            for _ in 0..<300 {
                now = now + .milliseconds(Int64.random(in: 0...40, using: &random))
                if bucket.take(now: now) == nil { taken += 1 }
            }
            let interval = 1_000_000_000 / rate
            #expect(taken <= burst + (now - start).nanoseconds / interval)
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
            configuration.sessionRate = 1
            configuration.sessionBurst = 2
        }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            _ = try await bridge.initialize(connection)
            let (head, body) = try await connection.exchange(call("initialize"))
            #expect(head?.status == .tooManyRequests)
            #expect(head?.headers.first(name: "retry-after") == "1")
            #expect(body.contains("Sessions are opened too quickly"))
            #expect(try await connection.exchange(call("echo"), session: session).0?.status == .ok)
            let metrics = try await bridge.server.inspect { $0.metrics }
            #expect(metrics.refusals == [.init(status: 429, reason: .rate): 1])
            #expect(metrics.requests(.initialize, .refused) == 1)
        }
    }

    @Test func boundsConnections() async throws {
        try await TestBridge.run(configure: { $0.maximumConnections = 2 }) { bridge in
            let (first, second) = (try await bridge.connect(), try await bridge.connect())
            let session = try await bridge.initialize(first)
            #expect(try await second.exchange(call("echo"), session: session).0?.status == .ok)
            let third = try await bridge.connect()
            try await third.send(session: session, body: call("echo"))
            let head = await third.head()
            #expect(head?.status == .serviceUnavailable)
            #expect(head?.headers.first(name: "retry-after") == "5")
            #expect(head?.headers.first(name: "connection") == "close")
            #expect(await third.body().contains("Too many connections are open"))
            #expect(await third.head() == nil)
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

    /// It answers `initialize`, and dies of the first call, again and again.
    @Test(arguments: [true, false]) func aChildThatDiesOfCallsIsHeldBack(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { configuration in
            configuration.sharesSessions = shares
            configuration.shortLife = .hours(1)
        }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            #expect(try await connection.exchange(call("exit"), session: session).1.contains("exited with status 3"))
            let (head, body) = try await connection.exchange(call("initialize"))
            #expect(head?.status == .serviceUnavailable)
            #expect(head?.headers.first(name: "retry-after") == "1")
            #expect(body.contains("server exited with status 3; the next start is in 1 s"))
            #expect(try await bridge.server.inspect { $0.statusText }.contains("the server does not start"))
        }
    }
}

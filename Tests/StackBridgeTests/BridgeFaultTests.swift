// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

/// Clients that trickle, do not read, or leave.
@Suite("Faults of clients") struct ClientFaultTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let patience = TimeAmount.seconds(30)

    @Test func aClientThatSaysNothingIsGivenUp() {
        var clock = ConnectionClock(now: start)
        #expect(clock.isOver(.idle, unwritten: 0, patience: patience, now: start + .seconds(29)) == false)
        #expect(clock.isOver(.idle, unwritten: 0, patience: patience, now: start + .seconds(30)) == true)
    }

    /// A byte now and then is a sign of life, and holds the connection all the same.
    @Test func aBodyThatTricklesIsGivenUp() {
        var clock = ConnectionClock(now: start)
        clock.began(now: start)
        for second in stride(from: 1, to: 30, by: 1) as StrideTo<Int64> {
            let now = start + .seconds(second)
            clock.received(bytes: 1, now: now)
            #expect(clock.isOver(.arriving, unwritten: 0, patience: patience, now: now) == false)
        }
        #expect(clock.isOver(.arriving, unwritten: 0, patience: patience, now: start + .seconds(30)) == true)
    }

    @Test func aLargeBodyOnASlowLineHasItsTime() {
        var clock = ConnectionClock(now: start)
        clock.began(now: start)
        for second in 1...400 as ClosedRange<Int64> {
            let now = start + .seconds(second)
            clock.received(bytes: 10 << 10, now: now)
            #expect(clock.isOver(.arriving, unwritten: 0, patience: patience, now: now) == false)
        }
        // The next request begins anew.
        clock.began(now: start + .seconds(400))
        #expect(clock.isOver(.arriving, unwritten: 0, patience: patience, now: start + .seconds(430)) == true)
    }

    @Test func aClientThatWaitsForItsAnswerNeedDoNothing() {
        var clock = ConnectionClock(now: start)
        for minute in 1...100 as ClosedRange<Int64> {
            #expect(clock.isOver(.answering, unwritten: 0, patience: patience, now: start + .minutes(minute)) == false)
        }
    }

    @Test(arguments: [ConnectionClock.Phase.answering, .idle]) func aClientThatNeverReadsIsGivenUp(
        _ phase: ConnectionClock.Phase
    ) {
        var clock = ConnectionClock(now: start)
        var isOver = [false]
        for second in 1...40 as ClosedRange<Int64> {
            isOver.append(clock.isOver(phase, unwritten: 5_000, patience: patience, now: start + .seconds(second)))
        }
        #expect(isOver.firstIndex(of: true).map { (30...31).contains($0) } == true)
        // One that reads slowly is not.
        var slow = ConnectionClock(now: start)
        for second in 1...400 as ClosedRange<Int64> {
            let left = 500_000 - Int(second) * 1_000
            #expect(slow.isOver(phase, unwritten: left, patience: patience, now: start + .seconds(second)) == false)
        }
    }

    /// The bridge looks at the clock once a second; here the test does, far ahead.
    @Test(arguments: [0, 1, 2]) func connectionsThatStallAreClosed(_ kind: Int) async throws {
        try await TestBridge.run(configure: { $0.connectionIdle = .hours(1) }) { bridge in
            let connection = try await bridge.connect()
            if kind > 0 { try await connection.send(length: 100) }
            if kind > 1 { try await connection.sendPart("{") }
            let isThere = kind > 0 ? 1 : 0
            try await bridge.wait { $0.connections.count == 1 && $0.waiting.count == isThere }
            let tick = { @Sendable (time: TimeAmount) in
                try await bridge.server.inspect { hub in
                    for client in Array(hub.connections.values) { client.tick(now: .now() + time, patience: .hours(1)) }
                }
            }
            try await tick(.minutes(1))
            #expect(try await bridge.server.inspect { $0.connections.count } == 1)
            try await tick(.hours(2))
            #expect(await connection.head() == nil)
            try await bridge.wait { $0.connections.isEmpty && $0.waiting.isEmpty }
        }
    }

    @Test(arguments: [true, false]) func fiftyDroppedStreamsLeaveNothing(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            for kind in 0..<50 {
                let stream = try await bridge.connect()
                switch kind % 3 {
                case 0: try await stream.send(.GET, session: session)
                case 1:
                    let body = Wire.message("stream", #"{"_meta":{"progressToken":1}}"#)
                    try await stream.send(session: session, body: body)
                default:
                    let body = Wire.stateless("subscriptions/listen", #""notifications":{}"#)
                    try await stream.send(headers: Wire.fields("subscriptions/listen"), body: body)
                }
                #expect(await stream.head()?.status == .ok)
                try await stream.close()
            }
            try await bridge.wait { $0.connections.count == 1 && $0.waiting.isEmpty }
            #expect(try await bridge.server.inspect { $0.shared?.calls.count ?? 0 } == 0)
            #expect(try await connection.exchange(Wire.message("echo"), session: session).0?.status == .ok)
        }
    }

    @Test func twoHundredAbandonedSessionsKeepNobodyOut() async throws {
        try await TestBridge.runShared(configure: {
            $0.sessionInterval = nil
            $0.session.spare = .zero
        }) { bridge in
            let connection = try await bridge.connect()
            var session = ""
            for _ in 0..<200 { session = try await bridge.initialize(connection) }
            #expect(try await bridge.server.inspect { $0.sessions.count } == 64)
            #expect(try await bridge.server.inspect { $0.shared?.conversation.parties.count } == 64)
            #expect(try await connection.exchange(Wire.message("echo"), session: session).0?.status == .ok)
            try await bridge.server.inspect { hub in
                for session in Array(hub.sessions.values) {
                    hub.perform(session.core.tick(now: .now() + .minutes(31)), session)
                }
            }
            #expect(try await bridge.server.inspect { $0.sessions.count } == 0)
            #expect(try await connection.exchange(Wire.message("echo"), session: session).0?.status == .notFound)
        }
    }
}

/// Servers that write in unusual ways.
@Suite("Faults of servers") struct ServerFaultTests {
    @Test(arguments: [true, false]) func answersMayComeByteByByteAndEndedByCRLF(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let (_, body) = try await connection.exchange(Wire.message("drip"), session: session)
            #expect(body == #"{"jsonrpc":"2.0","id":1,"result":{"text":"é😀"}}"#)
        }
    }

    @Test(arguments: [true, false]) func noiseIsNoAnswer(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let (_, body) = try await connection.exchange(Wire.message("noise"), session: session)
            #expect(body == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            #expect(bridge.log.lines.count == 2)
        }
    }

    @Test(arguments: [(true, "application/json"), (false, "text/event-stream")])
    func answersOfEightMegabytesArrive(_ shares: Bool, _ accept: String) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let connection = try await bridge.connect()
            let session = try await bridge.initialize(connection)
            let size = 8 << 20
            let answer = try await connection.roundTrip(
                session: session, headers: [("Accept", accept)], body: Wire.message("large", #"{"size":\#(size)}"#))
            #expect(answer.status == 200)
            #expect(answer.header("Content-Type") == accept)
            let text = String(repeating: "é", count: size / 2)
            #expect(answer.body.contains(#"{"jsonrpc":"2.0","id":1,"result":{"text":"\#(text)"}}"#))
        }
    }

    @Test func statelessAnswersOfEightMegabytesArrive() async throws {
        try await TestBridge.runShared { bridge in
            let size = 8 << 20
            let answer = try await bridge.connect().stateless("large", #""size":\#(size)"#)
            #expect(answer.value("result", "text")?.bytes.readableBytes == size + 2)
        }
    }
}

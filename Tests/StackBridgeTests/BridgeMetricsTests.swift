// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

private func call(_ method: String, id: Int = 1, _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
}

@Suite struct BridgeMetricsTests {
    @Test func aNewBridgeTellsZeros() {
        let text = BridgeMetrics().text(.init())
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.contains("\nmcp_bridge_sessions_opened_total 0\n"))
        #expect(text.contains("\nmcp_bridge_child_exits_total{cause=\"signalled\"} 0\n"))
        #expect(!text.contains("mcp_bridge_requests_total{"))
    }

    @Test func tellsWhatItCounted() {
        var metrics = BridgeMetrics()
        metrics.sessionOpened()
        metrics.sessionEnded(.idle)
        metrics.settled(SettledRequest(method: .callTool, outcome: .ok, duration: .microseconds(1_000)))
        metrics.settled(SettledRequest(method: .callTool, outcome: .error, duration: .microseconds(1_001)))
        metrics.settled(SettledRequest(method: .callTool, outcome: .ok, duration: .seconds(61)))
        metrics.settled(SettledRequest(method: .callTool, outcome: .cancelled))
        metrics.settled(SettledRequest(method: .listen, outcome: .ok, duration: .hours(1)))
        metrics.refused(.rate, status: 429)
        metrics.refused(.message, status: 400)
        metrics.received(bytes: 3)
        metrics.sent(bytes: 4)
        let text = metrics.text(.init(sessions: 1, streams: 2, pending: 3, connections: 4, children: 5))
        for line in [
            "# TYPE mcp_bridge_sessions gauge", "mcp_bridge_sessions 1", "mcp_bridge_streams 2",
            "mcp_bridge_pending_requests 3", "mcp_bridge_connections 4", "mcp_bridge_children 5",
            "# TYPE mcp_bridge_requests counter",
            #"mcp_bridge_requests_total{method="tools/call",outcome="ok"} 2"#,
            #"mcp_bridge_requests_total{method="tools/call",outcome="error"} 1"#,
            #"mcp_bridge_requests_total{method="tools/call",outcome="cancelled"} 1"#,
            #"mcp_bridge_requests_total{method="subscriptions/listen",outcome="ok"} 1"#,
            "# TYPE mcp_bridge_request_duration_seconds histogram",
            "# UNIT mcp_bridge_request_duration_seconds seconds",
            #"mcp_bridge_request_duration_seconds_bucket{method="tools/call",le="0.001"} 1"#,
            #"mcp_bridge_request_duration_seconds_bucket{method="tools/call",le="0.002"} 2"#,
            #"mcp_bridge_request_duration_seconds_bucket{method="tools/call",le="60.0"} 2"#,
            #"mcp_bridge_request_duration_seconds_bucket{method="tools/call",le="+Inf"} 3"#,
            #"mcp_bridge_request_duration_seconds_count{method="tools/call"} 3"#,
            #"mcp_bridge_request_duration_seconds_sum{method="tools/call"} 61.002001"#,
            #"mcp_bridge_sessions_ended_total{reason="idle"} 1"#,
            #"mcp_bridge_refusals_total{status="400",reason="message"} 1"#,
            #"mcp_bridge_refusals_total{status="429",reason="rate"} 1"#,
            "mcp_bridge_received_bytes_total 3", "mcp_bridge_sent_bytes_total 4",
        ] {
            #expect(text.contains("\n\(line)\n") || text.hasPrefix("\(line)\n"), "\(line)")
        }
        #expect(!text.contains(#"_bucket{method="subscriptions/listen""#))
    }

    /// Each sample belongs to the family above it, and no sample appears twice (OpenMetrics 1.0, "Metric families").
    @Test func isWellFormed() throws {
        var metrics = BridgeMetrics()
        for method in RequestMethod.allCases {
            for outcome in SettledRequest.Outcome.allCases {
                metrics.settled(SettledRequest(method: method, outcome: outcome, duration: .milliseconds(1)))
            }
        }
        for reason in RefusalReason.allCases { metrics.refused(reason, status: 503) }
        var family = ""
        var families: Set<String> = []
        var samples: Set<Substring> = []
        let lines = metrics.text(.init()).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.suffix(2) == ["# EOF", ""])
        for line in lines.dropLast(2) {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") {
                family = String(words[2])
                #expect(families.insert(family).inserted)
            } else if line.hasPrefix("#") {
                #expect(words[2] == family)
            } else {
                #expect(line.hasPrefix(family))
                #expect(samples.insert(words[0]).inserted)
                #expect(words.count == 2)
                #expect(Double(words[1]) != nil)
            }
        }
    }

    @Test func clientsAddNoMethods() {
        for method in RequestMethod.allCases { #expect(RequestMethod(method.name) == method) }
        for name in ["tools/lists", "", "x\ny", "notifications/progress"] { #expect(RequestMethod(name) == .other) }
        #expect(RequestMethod(nil) == .other)
    }

    @Test func countsChildrenThatReplaceOthers() {
        var metrics = BridgeMetrics()
        metrics.childStarted()
        metrics.childEnded(.wanted)
        metrics.childStarted()
        metrics.childEnded(.failed)
        metrics.childStarted()
        #expect(metrics.childStarts == 3)
        #expect(metrics.childRestarts == 1)
        #expect(metrics.childEnds == [.wanted: 1, .failed: 1])
    }
}

@Suite struct SettledRequestTests {
    @Test func notesHowRequestsCameOut() throws {
        var driver = try SessionDriver()
        driver.session.settled = []
        _ = try driver.post(#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","id":4,"method":"prompts/get"}"#)
        _ = try driver.post(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}"#)
        _ = driver.wait(.seconds(2))
        _ = try driver.child(#"{"jsonrpc":"2.0","id":2,"result":{}}"#)
        _ = try driver.child(#"{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"x"}}"#)
        _ = try driver.child(#"{"jsonrpc":"2.0","id":9,"result":{}}"#)
        _ = driver.wait(.seconds(3))
        _ = driver.session.childEnded(cause: "gone")
        #expect(
            driver.session.settled == [
                .init(method: .callTool, outcome: .ok, duration: .seconds(2)),
                .init(method: .listTools, outcome: .error, duration: .seconds(2)),
                .init(method: .ping, outcome: .cancelled), .init(method: .getPrompt, outcome: .error),
            ])
        #expect(driver.session.ending == .server)
    }

    @Test func knowsWhySessionsEnd() throws {
        var deleted = try SessionDriver()
        _ = deleted.session.delete(deleted.next())
        #expect(deleted.session.ending == .client)
        var idle = try SessionDriver()
        _ = idle.wait(.hours(1))
        #expect(idle.session.ending == .idle)
        var refused = try SessionDriver(open: false)
        _ = try refused.post(#"{"jsonrpc":"2.0","id":0,"method":"initialize"}"#)
        _ = try refused.child(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#)
        #expect(refused.session.ending == .refused)
    }
}

@Suite struct MetricsSocketTests {
    /// Runs a bridge that tells metrics on a socket, at that path.
    private func run(
        configure: (inout BridgeConfiguration) -> Void, _ test: (TestBridge, _ path: String) async throws -> Void
    ) async throws {
        var template = Array("/tmp/mcp-bridge-test-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = directory + "/metrics"
        defer {
            unlink(path)
            rmdir(directory)
        }
        try await TestBridge.run(
            configure: { configuration in
                configuration.metrics = path
                configure(&configuration)
            }, { bridge in try await test(bridge, path) })
    }

    @Test(arguments: [true, false]) func tellsThemOnASocketOfItsOwn(_ shares: Bool) async throws {
        try await run(configure: { $0.sharesSessions = shares }) { bridge, path in
            let client = try await bridge.connect()
            let session = try await bridge.initialize(client)
            _ = try await client.exchange(call("tools/list"), session: session)
            _ = try await client.exchange(call("tools/call", "[1]"), session: session)
            _ = try await client.exchange(call("unknown"), session: session)
            _ = try await client.exchange(call("tools/call"), session: "nobody")
            _ = try await client.exchange("{", session: session)
            try await client.send(.GET, "/metrics")
            #expect(await client.head()?.status == .notFound)
            _ = await client.body()

            let collector = try await TestConnection.open(SocketAddress(unixDomainSocketPath: path))
            try await collector.send(.GET, "/metrics")
            let head = await collector.head()
            #expect(head?.status == .ok)
            #expect(
                head?.headers.first(name: "content-type")
                    == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            let text = await collector.body()
            for line in [
                "mcp_bridge_sessions 1", "mcp_bridge_sessions_opened_total 1", "mcp_bridge_connections 1",
                #"mcp_bridge_requests_total{method="initialize",outcome="ok"} 1"#,
                #"mcp_bridge_requests_total{method="tools/list",outcome="ok"} 1"#,
                #"mcp_bridge_requests_total{method="tools/call",outcome="ok"} 1"#,
                #"mcp_bridge_requests_total{method="tools/call",outcome="refused"} 1"#,
                #"mcp_bridge_requests_total{method="other",outcome="error"} 1"#,
                #"mcp_bridge_request_duration_seconds_count{method="tools/call"} 1"#,
                #"mcp_bridge_refusals_total{status="400",reason="message"} 1"#,
                #"mcp_bridge_refusals_total{status="404",reason="path"} 1"#,
                #"mcp_bridge_refusals_total{status="404",reason="session"} 1"#,
                "mcp_bridge_child_starts_total 1", "mcp_bridge_children 1", "mcp_bridge_child_restarts_total 0",
            ] {
                #expect(text.contains("\n\(line)\n"), "\(line)")
            }
            try await collector.send(.GET, "/mcp")
            #expect(await collector.head()?.status == .notFound)
            _ = await collector.body()
            try await collector.send(.POST, "/metrics", body: "{}")
            #expect(await collector.head()?.headers.first(name: "allow") == "GET, HEAD")
        }
    }

    @Test func canBeOpenedToOthers() async throws {
        try await run(configure: { $0.metricsMode = 0o642 }) { _, path in
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o642)
        }
    }

    /// Who only reads metrics keeps no bridge from leaving, nor does a connection that stays open.
    @Test func keepNoBridgeFromLeaving() async throws {
        try await run(configure: { $0.idleTimeout = .hours(1) }) { bridge, path in
            let collector = try await TestConnection.open(SocketAddress(unixDomainSocketPath: path))
            try await collector.send(.GET, "/metrics")
            #expect(await collector.head()?.status == .ok)
            _ = try await bridge.server.inspect { hub in
                hub.perform(hub.lifecycle.advance(connections: hub.connections.count, now: .now() + .hours(2)))
            }
            try await bridge.server.waitUntilFinished()
            _ = await collector.body()
            #expect(await collector.head() == nil)
        }
    }

    @Test(arguments: [true, false]) func countsStatelessRequestsAndEnds(_ shares: Bool) async throws {
        try await TestBridge.run(configure: { $0.sharesSessions = shares }) { bridge in
            let client = try await bridge.connect()
            _ = try await client.ask("tools/list")
            _ = try await client.ask("unknown")
            let (_, crash) = try await client.ask("exit")
            #expect(crash.contains("exited with status 3"))
            while try await bridge.server.inspect({ $0.children.count }) > 0 {}
            let metrics = try await bridge.server.inspect { $0.metrics }
            #expect(metrics.statelessRequests == 3)
            #expect(metrics.requests(.listTools, .ok) == 1)
            #expect(metrics.requests(.other, .error) == 2)
            #expect(metrics.latency(.listTools).count == 1)
            #expect(metrics.latency(.other).count == 1)
            #expect(metrics.childEnds == [.failed: 1])
            #expect(metrics.refusals == [.init(status: 503, reason: .server): 1])
        }
    }

    @Test func countsSessionsByTheirEnd() async throws {
        try await TestBridge.run { bridge in
            let client = try await bridge.connect()
            let first = try await bridge.initialize(client)
            let second = try await bridge.initialize(client)
            try await client.send(.DELETE, session: first)
            _ = await client.head()
            _ = await client.body()
            _ = try await client.exchange(call("exit"), session: second)
            _ = try await bridge.initialize(client)
            while try await bridge.server.inspect({ $0.children.count }) > 1 {}
            let metrics = try await bridge.server.inspect { $0.metrics }
            #expect(metrics.sessionsOpened == 3)
            #expect(metrics.sessionsEnded == [.client: 1, .server: 1])
            #expect(metrics.childStarts == 3)
            #expect(metrics.childEnds == [.wanted: 1, .failed: 1])
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import ArgumentParser
import NIOCore
import Testing

@testable import StackBridge

private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

@Suite struct StartBackoffTests {
    @Test func doublesToAMinute() {
        let seconds = (0...9).map { StartBackoff.delay(afterFailures: $0) }
        #expect(seconds == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60])
        #expect(StartBackoff.delay(afterFailures: .max) == 60)
    }

    @Test func holdsBackWithTheCauseAndTheTimeLeft() {
        var backoff = StartBackoff()
        #expect(backoff.refusal(now: start) == nil)
        backoff.failed("a", startedAt: start, now: start)
        backoff.failed("b", startedAt: start + .seconds(1), now: start + .seconds(1))
        #expect(backoff.refusal(now: start + .seconds(1))?.seconds == 2)
        #expect(backoff.refusal(now: start + .milliseconds(2_999))?.seconds == 1)
        #expect(backoff.refusal(now: start + .milliseconds(2_999))?.cause == "b")
        #expect(backoff.refusal(now: start + .seconds(3)) == nil)
        #expect(backoff.failing == "b")
    }

    @Test func givesUpAfterSevenInARow() {
        var backoff = StartBackoff()
        for second in 1...7 as ClosedRange<Int64> {
            #expect(!backoff.hasGivenUp)
            backoff.failed("x", startedAt: start + .seconds(second), now: start + .seconds(second))
        }
        #expect(backoff.hasGivenUp)
        backoff.answered()
        #expect(!backoff.hasGivenUp)
        backoff.lived(startedAt: start + .seconds(9))
        backoff.failed("x", startedAt: start + .seconds(10), now: start + .seconds(10))
        #expect(!backoff.hasGivenUp)
    }

    @Test func countsChildrenThatFailTogetherOnce() {
        var backoff = StartBackoff()
        for second in 1...5 as ClosedRange<Int64> {
            backoff.failed("x", startedAt: start, now: start + .seconds(second))
        }
        #expect(backoff.refusal(now: start + .seconds(1))?.seconds == 1)
        #expect(backoff.refusal(now: start + .seconds(2)) == nil)
    }

    @Test func forgetsAfterALongLife() {
        var backoff = StartBackoff()
        for second in 0...5 as ClosedRange<Int64> {
            backoff.failed("x", startedAt: start + .seconds(second), now: start + .seconds(second))
        }
        backoff.lived(startedAt: start + .seconds(5))
        #expect(backoff.refusal(now: start) == nil)
        #expect(backoff.failing == nil)
        backoff.failed("x", startedAt: start + .seconds(9), now: start + .seconds(9))
        #expect(backoff.refusal(now: start + .seconds(9))?.seconds == 1)
    }
}

@Suite struct StartBackoffLifeTests {
    @Test func anAnswerAloneEndsNoRowOfFailures() {
        var backoff = StartBackoff()
        backoff.failed("x", trouble: "x: y", startedAt: start, now: start)
        #expect(backoff.failing == "x: y")
        backoff.answered()
        #expect(backoff.failing == nil)
        backoff.failed("x", startedAt: start + .seconds(2), now: start + .seconds(3))
        #expect(backoff.failing == "x")
        #expect(backoff.refusal(now: start + .seconds(3))?.seconds == 2)
        #expect(backoff.refusal(now: start + .seconds(3))?.cause == "x")
    }

    @Test func whoWasStartedBeforeTheFailureProvesNothing() {
        var backoff = StartBackoff()
        backoff.failed("x", startedAt: start + .seconds(1), now: start + .seconds(1))
        backoff.lived(startedAt: start)
        #expect(backoff.refusal(now: start + .seconds(1)) != nil)
        backoff.lived(startedAt: start + .seconds(3))
        #expect(backoff.refusal(now: start + .seconds(1)) == nil)
    }
}

/// "Shutdown" of the stdio pages.
@Suite struct ChildTeardownTests {
    @Test func takesADocileChildDown() {
        var teardown = ChildTeardown()
        #expect(teardown.end(now: start) == [.closeInput])
        #expect(teardown.end(now: start) == [])
        #expect(teardown.exited(now: start) == [.terminateGroup])
        #expect(teardown.tick(now: start + .milliseconds(299)) == [])
        #expect(teardown.tick(now: start + .milliseconds(300)) == [.killGroup, .reap])
        #expect(teardown.isReaped)
        #expect(teardown.deadline == nil)
    }

    @Test func killsAStubbornChild() {
        var teardown = ChildTeardown()
        #expect(teardown.end(now: start) == [.closeInput])
        #expect(teardown.deadline == start + .seconds(3))
        #expect(teardown.tick(now: start + .seconds(3)) == [.terminateGroup])
        #expect(teardown.tick(now: start + .seconds(5)) == [])
        #expect(teardown.tick(now: start + .seconds(6)) == [.killGroup])
        #expect(teardown.deadline == nil)
        #expect(teardown.exited(now: start + .seconds(6)) == [.killGroup, .reap])
    }

    @Test func cleansUpAfterACrash() {
        var teardown = ChildTeardown()
        #expect(teardown.exited(now: start) == [.terminateGroup])
        #expect(teardown.end(now: start) == [])
        #expect(teardown.exited(now: start) == [])
        #expect(teardown.tick(now: start + .seconds(1)) == [.killGroup, .reap])
        #expect(teardown.tick(now: start + .seconds(2)) == [])
    }

    /// Whatever happens in whatever order: reaped once, killed before that, and never left without a next step.
    @Test func endsOnEveryWay() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var teardown = ChildTeardown()
            var now = start
            var actions: [ChildTeardown.Action] = []
            var hasExited = false
            for _ in 0..<12 {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: actions += teardown.end(now: now)
                case 1 where !hasExited:
                    hasExited = true
                    actions += teardown.exited(now: now)
                default:
                    now = now + .seconds(4)
                    actions += teardown.tick(now: now)
                }
            }
            actions += teardown.end(now: now)
            while let deadline = teardown.deadline { actions += teardown.tick(now: deadline) }
            if !hasExited { actions += teardown.exited(now: now) }
            while let deadline = teardown.deadline { actions += teardown.tick(now: deadline) }
            #expect(teardown.isReaped)
            #expect(actions.suffix(2) == [.killGroup, .reap])
            #expect(actions.count { $0 == .reap } == 1)
            #expect(actions.count { $0 == .closeInput } <= 1)
        }
    }
}

@Suite struct SettingsTests {
    @Test(arguments: [
        ("127.0.0.1:8080", ListenAddress.tcp(host: "127.0.0.1", port: 8080)),
        ("[::1]:80", .tcp(host: "::1", port: 80)), ("localhost:0", .tcp(host: "localhost", port: 0)),
        ("unix:/run/x.sock", .unix(path: "/run/x.sock")),
    ])
    func readsAddresses(_ text: String, _ address: ListenAddress) {
        #expect(ListenAddress(text) == address)
    }

    @Test(arguments: ["", "8080", "localhost", "127.0.0.1:", "unix:", "unix:relative", "127.0.0.1:99999", "::1:80"])
    func refusesAddresses(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func refusesPathsThatNoSocketCanHave() {
        #expect(ListenAddress("unix:/" + String(repeating: "x", count: 106)) != nil)
        #expect(ListenAddress("unix:/" + String(repeating: "x", count: 107)) == nil)
    }

    @Test func keepsTheServiceManagersVariablesFromTheChild() {
        let kept = ["PATH=/bin", "HOME=/x", "EMPTY=", "NOTIFY=1", "LISTENER=2", "X=LISTEN_FDS=3"]
        let removed = [
            "NOTIFY_SOCKET=/run/n", "WATCHDOG_USEC=1", "WATCHDOG_PID=2", "LISTEN_FDS=1", "LISTEN_PID=2",
            "LISTEN_FDNAMES=x", "CREDENTIALS_DIRECTORY=/c", "INVOCATION_ID=1", "JOURNAL_STREAM=1:2",
            "SYSTEMD_EXEC_PID=1", "MEMORY_PRESSURE_WATCH=/p", "MEMORY_PRESSURE_WRITE=x", "MAINPID=3",
            "RUNTIME_DIRECTORY=/run/x",
        ]
        #expect(ChildEnvironment.cleaned(removed + kept) == kept)
    }

    @Test(arguments: [
        [], ["--"], ["--", ""], ["--listen", "x", "--", "cat"], ["--allow-host", "a b", "--", "cat"],
        ["--idle-timeout", "-1", "--", "cat"], ["--max-sessions", "0", "--", "cat"], ["--drain", "x", "--", "cat"],
        ["--endpoint", "mcp", "--", "cat"], ["--strip-prefix", "/a?b", "--", "cat"],
        ["--unknown", "--", "cat"], ["cat"], ["--metrics", "127.0.0.1:9", "--", "cat"],
        ["--metrics", "x", "--", "cat"],
        ["--metrics-mode", "0660", "--", "cat"], ["--metrics", "unix:/a", "--metrics-mode", "0668", "--", "cat"],
        ["--metrics", "unix:/a", "--metrics-mode", "1777", "--", "cat"],
        ["--listen", "unix:/a", "--metrics", "unix:/a", "--", "cat"], ["--session-rate", "-1", "--", "cat"],
        ["--session-age", "-1", "--", "cat"], ["--max-connections", "0", "--", "cat"],
        ["--keep-alive", "-1", "--", "cat"], ["--endpoint", "/sse", "--", "cat"],
        ["--origin", "https://localhost/mcp"], ["--origin", "localhost:3000"],
        ["--origin", "http://localhost/a b"], ["--eager", "--", "cat"], ["--pass-authorization", "--", "cat"],
        ["--origin", "http://localhost/mcp", "--eager"], ["--origin-transport", "sse", "--", "cat"],
        ["--origin", "http://localhost/mcp", "--origin-transport", "http"],
        ["--origin", "http://localhost/mcp", "--pass-authorization", "--sessions", "shared"],
        ["--origin", "http://localhost/mcp", "--start-timeout", "-1"],
    ])
    func refusesWrongUsage(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try BridgeCommand.parse(arguments) }
        #expect(error.map(BridgeCommand.exitCode(for:)) == .validationFailure)
    }

    @Test(arguments: [
        ("http://127.0.0.1:3000/mcp", "127.0.0.1:3000", "/mcp"), ("http://localhost", "localhost:80", "/"),
        ("http://[::1]:3000/a/sse", "[::1]:3000", "/a/sse"),
    ])
    func readsAnOrigin(_ url: String, _ authority: String, _ path: String) throws {
        let command = try BridgeCommand.parse(["--origin", url, "--origin-transport", "detect"])
        let address = try #require(command.origin.flatMap(OriginAddress.init))
        #expect(address.authority == authority)
        #expect(address.path == path)
        #expect(command.command.isEmpty)
    }

    @Test func readsItsCommandLine() throws {
        let command = try BridgeCommand.parse([
            "--listen", "[::1]:0", "--allow-host", "a.example", "--allow-host", "*.b.example", "--idle-timeout", "0",
            "--max-sessions", "3", "--", "npx", "-y", "--listen", "server",
        ])
        #expect(command.listen == "[::1]:0")
        #expect(command.allowHost == ["a.example", "*.b.example"])
        #expect(command.idleTimeout == 0)
        #expect(command.maxSessions == 3)
        #expect(command.command == ["npx", "-y", "--listen", "server"])
    }
}

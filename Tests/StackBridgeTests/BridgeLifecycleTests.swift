// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import Testing

@testable import StackBridge

private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

@Suite struct BridgeLifecycleTests {
    private func lifecycle(idleTimeout: TimeAmount? = nil, drain: TimeAmount = .seconds(5)) -> BridgeLifecycle {
        BridgeLifecycle(idleTimeout: idleTimeout, drain: drain, keepAlive: .seconds(16), now: start)
    }

    @Test func leavesWhenIdle() {
        var lifecycle = lifecycle(idleTimeout: .seconds(10))
        #expect(lifecycle.advance(connections: 1, now: start + .seconds(60)) == [])
        lifecycle.active(now: start + .seconds(60))
        #expect(lifecycle.advance(connections: 0, now: start + .seconds(69)) == [])
        #expect(lifecycle.advance(connections: 0, now: start + .seconds(70)) == [.stopAccepting, .finish])
        #expect(lifecycle.phase == .finishing)
        #expect(lifecycle.stop(now: start + .seconds(70)) == [])
        #expect(lifecycle.advance(connections: 0, now: start + .seconds(90)) == [])
    }

    @Test func neverLeavesWhenNotTold() {
        var lifecycle = lifecycle()
        #expect(lifecycle.advance(connections: 0, now: start + .hours(1_000)) == [])
    }

    /// While the bridge serves, no connection is too old to keep it.
    @Test func isHeldByEveryConnectionWhileItServes() {
        let lifecycle = lifecycle(idleTimeout: .seconds(1))
        #expect(lifecycle.holds(.none(since: start), now: start + .hours(1)))
        #expect(lifecycle.holds(.request(since: start), now: start + .hours(1)))
    }

    @Test func waitsForTheLastConnection() {
        var lifecycle = lifecycle()
        #expect(lifecycle.stop(now: start) == [.stopAccepting])
        #expect(lifecycle.stop(now: start) == [])
        #expect(lifecycle.advance(connections: 1, now: start + .seconds(4)) == [])
        #expect(lifecycle.advance(connections: 0, now: start + .seconds(4)) == [.finish])
        #expect(lifecycle.advance(connections: 0, now: start + .seconds(5)) == [])
        #expect(!lifecycle.holds(.request(since: start + .seconds(4)), now: start + .seconds(5)))
    }

    /// A request has the time to drain, from when the bridge was stopped or from when it came.
    @Test(arguments: [(-60, 5), (0, 5), (3, 8), (15, 20)])
    func waitsForRequests(_ began: Int64, _ end: Int64) {
        var lifecycle = lifecycle()
        _ = lifecycle.stop(now: start)
        let use = BridgeLifecycle.Use.request(since: start + .seconds(began))
        #expect(lifecycle.holds(use, now: start + .seconds(end) - .nanoseconds(1)))
        #expect(!lifecycle.holds(use, now: start + .seconds(end)))
    }

    /// A connection between requests stays for as long as its client may use it, which the stop does not change.
    @Test(arguments: [(-20, 0), (-16, 0), (-15, 1), (0, 16), (5, 21)])
    func waitsForClientsThatMayComeBack(_ used: Int64, _ end: Int64) {
        var lifecycle = lifecycle()
        _ = lifecycle.stop(now: start)
        let use = BridgeLifecycle.Use.none(since: start + .seconds(used))
        if end > 0 { #expect(lifecycle.holds(use, now: start + .seconds(end) - .nanoseconds(1))) }
        #expect(!lifecycle.holds(use, now: start + .seconds(end)))
    }

    @Test func waitsForNothingWithoutTimeToDrain() {
        var lifecycle = lifecycle(drain: .zero)
        _ = lifecycle.stop(now: start)
        #expect(!lifecycle.holds(.none(since: start), now: start))
        #expect(!lifecycle.holds(.request(since: start), now: start))
    }

    /// The agreement: whoever lets go of a connection 4 s after its last use never finds it closed under its hands.
    @Test func keepsTheAgreement() {
        let configuration = BridgeConfiguration(command: ["x"], environment: [], sockets: .inherited([]))
        #expect(configuration.keepAlive > .seconds(4))
        #expect(configuration.connectionIdle > configuration.keepAlive)
    }

    /// However connections come, are used and are closed, and whenever the bridge is stopped: none that a client may
    /// still use is closed, a request has its time, and in the end the bridge leaves.
    @Test func neverLeavesTooEarlyNorTooLate() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var lifecycle = lifecycle(idleTimeout: .seconds(2))
            var now = start
            var uses: [BridgeLifecycle.Use] = []
            var stopped: NIODeadline?
            while lifecycle.phase != .finishing {
                now = now + .milliseconds(Int64.random(in: 0..<1500, using: &random))
                switch Int.random(in: 0..<8, using: &random) {
                case 0 where stopped == nil: uses.append(.none(since: now))
                case 1 where !uses.isEmpty: uses[Int.random(in: 0..<uses.count, using: &random)] = .request(since: now)
                case 2 where !uses.isEmpty: uses[Int.random(in: 0..<uses.count, using: &random)] = .none(since: now)
                case 3 where !uses.isEmpty: uses.remove(at: Int.random(in: 0..<uses.count, using: &random))
                case 4 where stopped == nil && Int.random(in: 0..<8, using: &random) == 0:
                    #expect(lifecycle.stop(now: now) == [.stopAccepting])
                    stopped = now
                default: break
                }
                // A client of the agreement uses nothing that is too old.
                uses.removeAll { if case .none(let used) = $0 { now - used > .seconds(15) } else { false } }
                // The server answers what it can.
                if stopped != nil, let last = uses.last, case .request(let began) = last, now - began > .seconds(3) {
                    uses.removeLast()
                }
                let holding = uses.count { lifecycle.holds($0, now: now) }
                let actions = lifecycle.advance(connections: holding, now: now)
                guard lifecycle.phase == .finishing else { continue }
                #expect(actions.last == .finish)
                for use in uses {
                    guard let stopped, case .request(let began) = use else {
                        Issue.record("closed \(use), \(now - start) after the start")
                        continue
                    }
                    #expect(now - max(began, stopped) >= .seconds(5))
                }
            }
        }
    }
}

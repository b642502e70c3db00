// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Supervision
import Testing

private let start = ContinuousClock.now

@Suite struct ProgressLedgerTests {
    @Test func aStuckLoopSilencesTheService() {
        var ledger = ProgressLedger(loops: ["a", "b"], spacing: .seconds(1))
        for second in 0..<10 {
            #expect(ledger.progress(of: "a", at: start + .seconds(second)) == .none)
        }
        #expect(ledger.stuck == ["b"])
        #expect(ledger.progress(of: "b", at: start + .seconds(10)) == .ping)
    }

    @Test func everyPingNeedsNewProgressOfEveryLoop() {
        var ledger = ProgressLedger(loops: ["a", "b"], spacing: .zero)
        _ = ledger.progress(of: "a", at: start)
        #expect(ledger.progress(of: "b", at: start) == .ping)
        #expect(ledger.progress(of: "b", at: start + .seconds(5)) == .none)
        #expect(ledger.progress(of: "b", at: start + .seconds(6)) == .none)
        #expect(ledger.progress(of: "a", at: start + .seconds(7)) == .ping)
    }

    @Test func pingsKeepTheirDistance() {
        var ledger = ProgressLedger(loops: ["a"], spacing: .seconds(2))
        #expect(ledger.progress(of: "a", at: start) == .ping)
        #expect(ledger.progress(of: "a", at: start + .seconds(1)) == .none)
        #expect(ledger.progress(of: "a", at: start + .seconds(2)) == .ping)
    }

    @Test func strangersDoNotCount() {
        var ledger = ProgressLedger(loops: ["a"], spacing: .zero)
        #expect(ledger.progress(of: "x", at: start) == .none)
        #expect(ledger.stuck == ["a"])
    }
}

@Suite struct ReadinessTests {
    @Test func isAnnouncedOnceAllPartsAreReady() {
        var readiness = Readiness(parts: ["a", "b"])
        #expect(readiness.finish("b") == .none)
        #expect(readiness.finish("b") == .none)
        #expect(readiness.finish("a") == .announce(missing: []))
        #expect(readiness.finish("a") == .none)
        #expect(readiness.expire() == .none)
    }

    @Test func isAnnouncedAtTheDeadlineWithWhatIsMissing() {
        var readiness = Readiness(parts: ["a", "b", "c"])
        _ = readiness.finish("b")
        #expect(readiness.expire() == .announce(missing: ["a", "c"]))
        #expect(readiness.finish("a") == .none)
        #expect(readiness.missing == ["c"])
        #expect(readiness.finish("c") == .none)
    }
}

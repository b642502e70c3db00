// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Supervision
import Testing

private let start = ContinuousClock.now
private let limits = UnitHealth.Limits(probation: .seconds(600), settling: .seconds(5))

private func seen(_ activity: UnitObservation.Activity, onPurpose: Bool = false) -> UnitObservation {
    UnitObservation(unit: "u", activity: activity, cause: "exit status 3", isStoppedOnPurpose: onPurpose)
}

/// The judge in each phase, brought there by events alone.
private func health(in phase: UnitHealth.Phase, rests: Bool) -> UnitHealth {
    var health = UnitHealth(restsWhenIdle: rests, limits: limits)
    func observe(_ activity: UnitObservation.Activity) { _ = health.observe(seen(activity), at: start) }
    switch phase {
    case .unknown: break
    case .missing: observe(.missing)
    case .starting: observe(.activating)
    case .well: observe(.active)
    case .resting: observe(.inactive)
    case .stopped: _ = health.observe(seen(.failed, onPurpose: true), at: start)
    case .failing: observe(.waitingToRestart)
    case .restarting: observe(.failed)
    case .settling:
        observe(.waitingToRestart)
        observe(.active)
    case .givenUp:
        observe(.failed)
        _ = health.restartEnded(refusal: nil)
        observe(.failed)
    }
    #expect(health.phase == phase)
    return health
}

@Suite struct UnitHealthTests {
    private typealias Phase = UnitHealth.Phase
    private typealias Row = [UnitObservation.Activity: Phase]

    private static let fromCalm: Row = [
        .missing: .missing, .active: .well, .activating: .starting, .waitingToRestart: .failing, .inactive: .resting,
        .failed: .restarting,
    ]
    private static let fromTrouble: Row = [
        .missing: .missing, .active: .settling, .activating: .failing, .waitingToRestart: .failing,
        .inactive: .resting, .failed: .restarting,
    ]

    /// Phase × observation → phase, for a unit that may rest; `changing` never changes anything.
    private static let table: [Phase: Row] = [
        .unknown: fromCalm, .missing: fromCalm, .starting: fromCalm, .well: fromCalm, .resting: fromCalm,
        .stopped: fromCalm, .failing: fromTrouble,
        .settling: fromTrouble.merging([.activating: .settling]) { $1 },
        .restarting: Dictionary(
            uniqueKeysWithValues: UnitObservation.Activity.allCases.map { ($0, Phase.restarting) }),
        .givenUp: fromTrouble.merging([.failed: .givenUp]) { $1 },
    ]

    @Test func everyPhaseMeetsEveryObservation() throws {
        for (phase, row) in Self.table {
            for activity in UnitObservation.Activity.allCases {
                for rests in [true, false] where rests || phase != .resting {
                    var health = health(in: phase, rests: rests)
                    _ = health.observe(seen(activity), at: start)
                    var expected = activity == .changing ? phase : try #require(row[activity])
                    if !rests, expected == .resting { expected = .stopped }
                    #expect(health.phase == expected, "\(phase) × \(activity), rests: \(rests)")
                }
            }
        }
        #expect(Self.table.count == 10)
    }

    @Test func aFailedUnitIsRestartedOnceAndThenGivenUp() {
        var health = UnitHealth(restsWhenIdle: false, limits: limits)
        #expect(
            health.observe(seen(.failed), at: start) == [.report(.restarting(cause: "exit status 3")), .restart])
        // What is seen before the restart has ended is still the old failure.
        #expect(health.observe(seen(.failed), at: start) == [])
        #expect(health.restartEnded(refusal: nil) == [])
        #expect(health.observe(seen(.failed), at: start) == [.report(.gaveUp(cause: "exit status 3"))])
        #expect(health.observe(seen(.failed), at: start + .seconds(9999)) == [])
        #expect(health.restarts == 1)
    }

    @Test func tenMinutesOfBeingWellEarnAnotherRestart() {
        for (well, phase) in [(599, UnitHealth.Phase.givenUp), (600, .restarting)] {
            var health = health(in: .restarting, rests: false)
            _ = health.restartEnded(refusal: nil)
            _ = health.observe(seen(.active), at: start)
            let recovered = start + .seconds(5)
            #expect(health.tick(at: recovered) == [.report(.recovered)])
            _ = health.observe(seen(.failed), at: recovered + .seconds(well))
            #expect(health.phase == phase)
        }
    }

    @Test func requestsInBetweenDoNotBeginTheTenMinutesAnew() {
        var health = health(in: .restarting, rests: true)
        _ = health.restartEnded(refusal: nil)
        _ = health.observe(seen(.active), at: start)
        _ = health.tick(at: start + .seconds(5))
        for minute in 1...11 {
            for activity in [UnitObservation.Activity.inactive, .activating, .active] {
                _ = health.observe(seen(activity), at: start + .seconds(60 * minute))
            }
        }
        _ = health.observe(seen(.failed), at: start + .seconds(700))
        #expect(health.phase == .restarting)
    }

    @Test func aRefusedRestartIsToldAndFinal() {
        var health = health(in: .restarting, rests: false)
        #expect(health.restartEnded(refusal: "no") == [.report(.restartRefused(reason: "no"))])
        #expect(health.observe(seen(.failed), at: start) == [])
        #expect(health.phase == .givenUp)
        #expect(health.restartEnded(refusal: "late") == [])
    }

    @Test func aUnitThatFailsInACircleIsReportedOnce() {
        var health = health(in: .well, rests: false)
        var reports = health.observe(seen(.waitingToRestart), at: start)
        for second in 1...100 {
            let now = start + .seconds(second * 2)
            reports += health.observe(seen(.activating), at: now)
            reports += health.observe(seen(.active), at: now)
            reports += health.tick(at: now + .seconds(1))
            reports += health.observe(seen(.waitingToRestart), at: now + .seconds(1))
        }
        #expect(reports == [.report(.failing(cause: "exit status 3"))])
    }

    @Test func whatSomebodyStoppedIsLeftAlone() {
        var health = health(in: .well, rests: false)
        #expect(health.observe(seen(.failed, onPurpose: true), at: start) == [])
        #expect(health.phase == .stopped)
    }

    @Test func randomWalksNeverRestartTwiceWithinTheWindow() {
        var random = SystemRandomNumberGenerator.seeded(42)
        for walk in 0..<200 {
            var health = UnitHealth(restsWhenIdle: walk.isMultiple(of: 2), limits: limits)
            var now = start
            var lastRestart: ContinuousClock.Instant?
            var underWay = false
            for _ in 0..<300 {
                now += .seconds(Int.random(in: 0...400, using: &random))
                let actions: [UnitHealth.Action]
                switch Int.random(in: 0...9, using: &random) {
                case 0: actions = health.tick(at: now)
                case 1, 2:
                    actions = health.restartEnded(refusal: Bool.random(using: &random) ? nil : "no")
                    underWay = false
                default:
                    let activity = UnitObservation.Activity.allCases.randomElement(using: &random) ?? .active
                    let onPurpose = Int.random(in: 0...3, using: &random) == 0
                    actions = health.observe(seen(activity, onPurpose: onPurpose), at: now)
                }
                #expect(actions.filter { $0 == .restart }.count <= 1)
                if actions.contains(.restart) {
                    #expect(!underWay, "a restart was asked for while one was under way")
                    if let lastRestart { #expect(now - lastRestart >= limits.probation) }
                    lastRestart = now
                    underWay = true
                }
                #expect((health.phase == .restarting) == underWay)
                if case .well = health.phase { #expect(health.cause.isEmpty) }
            }
        }
    }
}

/// A small generator that gives the same numbers in every run (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension SystemRandomNumberGenerator {
    static func seeded(_ seed: UInt64) -> SeededGenerator { SeededGenerator(state: seed) }
}

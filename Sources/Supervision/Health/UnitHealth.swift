// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Judges one unit from what is seen of it, and decides when to restart it.
///
/// A unit that failed and that systemd leaves there is restarted once. Until it has then been well for
/// `Limits.probation` on end, a further failure is final: somebody has to look at it.
public struct UnitHealth: Sendable, Equatable {
    /// The times that decisions depend on.
    public struct Limits: Sendable, Equatable {
        /// How long a unit must have been well before it may be restarted again.
        public var probation: Duration
        /// How long a unit must have been up after a failure before it counts as recovered.
        public var settling: Duration

        /// Creates limits.
        public init(probation: Duration = .seconds(600), settling: Duration = .seconds(5)) {
            self.probation = probation
            self.settling = settling
        }
    }

    /// How the unit is judged.
    public enum Phase: Sendable, Hashable {
        /// It was not seen yet.
        case unknown
        /// It is missing.
        case missing
        /// It is coming up.
        case starting
        /// It is up.
        case well
        /// It is down, which is its normal state between requests.
        case resting
        /// It is up again after a failure, for too short a time to say that it recovered.
        case settling
        /// It failed, and systemd will start it again.
        case failing
        /// It failed, and the restart that was decided here is under way.
        case restarting
        /// It failed and will not be started again from here.
        case givenUp
        /// It is down on purpose.
        case stopped
    }

    /// What is to be done about an event.
    public enum Action: Sendable, Hashable {
        /// Restart the unit, then call `restartEnded`.
        case restart
        /// Tell people.
        case report(Finding)
    }

    /// What people are told.
    public enum Finding: Sendable, Hashable {
        /// It failed; systemd will start it again.
        case failing(cause: String)
        /// It failed; it is being restarted, once.
        case restarting(cause: String)
        /// It failed again too soon; nobody will start it again.
        case gaveUp(cause: String)
        /// The restart was not allowed or not possible.
        case restartRefused(reason: String)
        /// It is well again.
        case recovered
    }

    /// How the unit is judged now.
    public private(set) var phase = Phase.unknown
    /// How its last failure came about; empty when there was none since it was last well.
    public private(set) var cause = ""
    /// What it says about itself.
    public private(set) var statusText = ""
    /// Whether it says that something about it is wrong.
    public private(set) var saysTrouble = false
    /// How often it was restarted from here.
    public private(set) var restarts = 0
    private let restsWhenIdle: Bool
    private let limits: Limits
    private let mayRestart: Bool
    /// Since when there was no sign of trouble.
    private var wellSince: ContinuousClock.Instant?
    private var settlingSince: ContinuousClock.Instant?
    /// Whether it was restarted from here and was not well for long enough since.
    private var isOnProbation = false

    /// Creates the judge of a unit that was not seen yet.
    ///
    /// `restsWhenIdle` says that being down without failure is normal, as for a service started on demand;
    /// `mayRestart` is false for a unit that is not the stack's own.
    public init(restsWhenIdle: Bool, mayRestart: Bool = true, limits: Limits = Limits()) {
        self.mayRestart = mayRestart
        self.restsWhenIdle = restsWhenIdle
        self.limits = limits
    }

    /// Takes an observation and says what is to be done.
    public mutating func observe(_ seen: UnitObservation, at now: ContinuousClock.Instant) -> [Action] {
        // Until our own restart has ended, what is seen may still be the failure that it answers.
        if phase == .restarting { return [] }
        statusText = seen.statusText
        saysTrouble = seen.saysTrouble
        switch seen.activity {
        case .changing: return []
        case .missing: become(.missing, at: now)
        case .activating:
            if phase == .givenUp {
                become(.failing, at: now)
            } else if !isTroubled {
                become(.starting, at: now)
            }
        case .waitingToRestart: return failedForNow(seen, at: now)
        case .failed: return failed(seen, at: now)
        case .inactive: return wentDown(at: now)
        case .active: return cameUp(at: now)
        }
        return []
    }

    /// Lets time pass: a unit that has been up for long enough after a failure has recovered.
    public mutating func tick(at now: ContinuousClock.Instant) -> [Action] {
        phase == .settling ? cameUp(at: now) : []
    }

    /// Takes the end of a restart; the next observation tells how the unit does.
    ///
    /// `refusal` says why the restart did not happen; nil when it did, however it went.
    public mutating func restartEnded(refusal: String?) -> [Action] {
        guard phase == .restarting else { return [] }
        guard let refusal else {
            phase = .failing
            return []
        }
        phase = .givenUp
        return [.report(.restartRefused(reason: refusal))]
    }

    private var isTroubled: Bool {
        switch phase {
        case .failing, .restarting, .givenUp, .settling: true
        default: false
        }
    }

    private mutating func failedForNow(_ seen: UnitObservation, at now: ContinuousClock.Instant) -> [Action] {
        cause = seen.cause
        let isNews = !isTroubled || phase == .givenUp
        become(.failing, at: now)
        return isNews ? [.report(.failing(cause: cause))] : []
    }

    private mutating func failed(_ seen: UnitObservation, at now: ContinuousClock.Instant) -> [Action] {
        guard !seen.isStoppedOnPurpose else {
            become(.stopped, at: now)
            return []
        }
        cause = seen.cause
        let wasGivenUp = phase == .givenUp
        become(.givenUp, at: now)
        guard mayRestart, !isOnProbation else { return wasGivenUp ? [] : [.report(.gaveUp(cause: cause))] }
        phase = .restarting
        isOnProbation = true
        restarts += 1
        return [.report(.restarting(cause: cause)), .restart]
    }

    private mutating func wentDown(at now: ContinuousClock.Instant) -> [Action] {
        guard restsWhenIdle else {
            become(.stopped, at: now)
            return []
        }
        let hasRecovered = phase == .settling
        become(.resting, at: now)
        return hasRecovered ? [.report(.recovered)] : []
    }

    private mutating func cameUp(at now: ContinuousClock.Instant) -> [Action] {
        let isBack = isTroubled
        let since = settlingSince ?? now
        if isBack, now - since < limits.settling {
            become(.settling, at: now)
            settlingSince = since
            return []
        }
        become(.well, at: now)
        return isBack ? [.report(.recovered)] : []
    }

    private mutating func become(_ next: Phase, at now: ContinuousClock.Instant) {
        phase = next
        settlingSince = nil
        switch next {
        case .well, .resting:
            cause = ""
            wellSince = wellSince ?? now
        case .starting:
            // Coming up for a request is part of being well; it does not begin the time anew.
            break
        default:
            if let wellSince, now - wellSince >= limits.probation { isOnProbation = false }
            wellSince = nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import StackObservation
import Supervision
import SystemdKit

/// Owns the one `StackState`, and turns what it decides into journal entries and status lines.
///
/// Restarts are returned to the caller, who has the connection to systemd.
actor StackKeeper {
    /// Something the daemon needs for a full view, in the order in which it is named when missing.
    enum Part: String, CaseIterable, Sendable {
        case units = "systemd's units"
        case journal = "the journal"
        case status = "the status socket"
    }

    /// What is known of this run of the daemon once systemd was asked.
    struct RunStory: Sendable {
        /// The version of systemd; nil when it did not answer.
        var systemd: SystemdVersion?
        /// How often systemd started the daemon again since somebody last started it.
        var restarts = 0
        /// One clause about how the run before this one ended.
        var previousEnd: String?
    }

    private var state: StackState
    private var readiness = Readiness(parts: Part.allCases)
    private var isReady = false
    private var interrupted: Set<Part> = []
    private var isStateUnusable = false
    private var story = RunStory()
    private var lastStatus = ""
    private let notifier: any ServiceNotifying
    private let log: DaemonLog
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Creates the keeper of an empty stack.
    init(
        notifier: any ServiceNotifying, log: DaemonLog, limits: UnitHealth.Limits = UnitHealth.Limits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        state = StackState(limits: limits)
        self.notifier = notifier
        self.log = log
        self.now = now
    }

    /// The state as the status socket serves it.
    var report: StatusReport { state.report }

    /// What is watched.
    var stack: WatchedStack { state.stack }

    /// Takes what the state file holds; an unusable file leaves everything as it was.
    func adopt(_ read: Result<WatchedStack, StateFileError>) {
        switch read {
        case .success(let stack):
            isStateUnusable = false
            guard stack != state.stack else { break }
            state.adopt(stack)
            if isReady { tellStack() }
        case .failure(let error):
            isStateUnusable = true
            log.write(
                JournalRecord(
                    "cannot use \(error); still watching what was known before. \(error.remedy)",
                    priority: .error, id: MessageID.stateUnusable,
                    fields: [.init(.cause, error.code.rawValue), .init(.remedy, error.remedy)]))
        }
        publish()
    }

    /// Takes what was seen of a unit and returns the units to restart.
    func observe(_ seen: UnitObservation) -> [String] {
        carryOut(state.observe(seen, at: now()))
    }

    /// Lets time pass and returns the units to restart.
    func tick() -> [String] {
        carryOut(state.tick(at: now()))
    }

    /// Takes the end of a restart; `refusal` says why it did not happen.
    func restartEnded(unit: String, refusal: String?) {
        _ = carryOut(state.restartEnded(unit: unit, refusal: refusal))
    }

    /// Keeps a problem that the journal told.
    func record(_ entry: JournalEntry) {
        let problem = StatusReport.Problem(
            time: entry.realtime,
            server: entry.fields[JournalFieldName.server.text] ?? state.server(ofUnit: entry.unit),
            unit: entry.fields[JournalFieldName.subjectUnit.text] ?? entry.unit,
            message: entry.message.onOneLine(atMost: 500))
        state.record(problem)
    }

    /// Takes note of what systemd told about this run.
    func know(_ story: RunStory) {
        self.story = story
    }

    /// Takes note that a part is at work, for the first time or again.
    func finish(_ part: Part) {
        interrupted.remove(part)
        carryOut(readiness.finish(part))
        publish()
    }

    /// Takes note that a part cannot work for now; it is told once until the part is at work again.
    func interrupt(_ part: Part, because reason: String) {
        guard interrupted.insert(part).inserted else { return }
        log.write(
            JournalRecord(
                "cannot watch \(part.rawValue): \(reason); trying again", priority: .error,
                id: MessageID.watchInterrupted, fields: [.init(.cause, reason)]))
        publish()
    }

    /// Takes note that the time for getting ready is up.
    func readinessExpired() {
        carryOut(readiness.expire())
    }

    /// Says that the daemon leaves.
    func stop() {
        notifier.stopping(status: "stopping")
        log.write(
            JournalRecord(
                "leaving; what runs keeps running, unless the whole stack is being stopped", priority: .info,
                id: MessageID.stopping))
    }

    private func carryOut(_ actions: [StackState.Action]) -> [String] {
        var restarts: [String] = []
        for action in actions {
            switch action {
            case .report(let incident): log.write(JournalRecord(incident))
            case .restart(let unit): restarts.append(unit)
            }
        }
        publish()
        return restarts
    }

    private func carryOut(_ action: Readiness<Part>.Action) {
        guard case .announce(let missing) = action else { return }
        isReady = true
        lastStatus = status
        notifier.ready(status: status)
        let generation = state.stack.generation.map { " (generation \($0))" }
        var text = generation.map { "watching \(state.summary)\($0)" } ?? state.summary
        if !missing.isEmpty {
            text += "; still without \(missing.map(\.rawValue).joined(separator: " and "))"
        }
        if story.restarts > 0 {
            text += "; started again by systemd (restart \(story.restarts))"
            if let end = story.previousEnd { text += ": \(end)" }
        }
        var record = JournalRecord(
            text, priority: story.restarts > 0 || !missing.isEmpty ? .warning : .info, id: MessageID.ready)
        if let end = story.previousEnd, story.restarts > 0 { record.fields.append(.init(.cause, end)) }
        log.write(record)
    }

    private func tellStack() {
        let generation = state.stack.generation.map { " of generation \($0)" } ?? ""
        let count = state.stack.servers.count
        log.write(
            JournalRecord(
                "now watching \(count) server\(count == 1 ? "" : "s")\(generation)", priority: .info,
                id: MessageID.stateReread))
    }

    private var status: String {
        var text = state.summary
        let missing = Part.allCases.filter { interrupted.contains($0) || readiness.missing.contains($0) }
        if !missing.isEmpty { text += "; without \(missing.map(\.rawValue).joined(separator: " and "))" }
        if isStateUnusable { text += "; state.json is unusable, see the journal" }
        return text
    }

    private func publish() {
        guard isReady else { return }
        let text = status
        guard text != lastStatus else { return }
        lastStatus = text
        notifier.status(text)
    }
}

/// What a service tells the service manager about itself.
protocol ServiceNotifying: Sendable {
    func ready(status: String?)
    func status(_ text: String)
    func stopping(status: String?)
    func watchdog()
}

extension ServiceNotifier: ServiceNotifying {}

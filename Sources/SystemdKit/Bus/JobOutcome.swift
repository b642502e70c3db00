// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// How a job that was asked of systemd ended.
public struct JobOutcome: Sendable, Equatable {
    /// The unit that the job was about.
    public var unit: String
    /// How it ended.
    public var result: JobResult

    /// Creates an outcome.
    public init(unit: String, result: JobResult) {
        self.unit = unit
        self.result = result
    }
}

/// The ways in which a job ends (`JobRemoved` of org.freedesktop.systemd1(5)).
public enum JobResult: Sendable, Equatable {
    /// It did what was asked.
    case done
    /// Another job took its place.
    case canceled
    /// systemd gave up waiting for it.
    case timeout
    /// The unit failed.
    case failed
    /// A unit that this one depends on failed.
    case dependency
    /// It did not apply to the unit's state.
    case skipped
    /// systemd did not accept the request at all.
    case refused(BusError)
    /// It was still under way when the caller's time was up, or the caller was cancelled.
    case stillRunning
    /// A word that this program does not know, as systemd spells it.
    case other(String)

    /// Takes systemd's word for it.
    init(word: String) {
        switch word {
        case "done": self = .done
        case "canceled": self = .canceled
        case "timeout": self = .timeout
        case "failed": self = .failed
        case "dependency": self = .dependency
        case "skipped": self = .skipped
        default: self = .other(word)
        }
    }

    /// The result in a few words, for people.
    public var summary: String {
        switch self {
        case .done: "done"
        case .canceled: "canceled by another job"
        case .timeout: "timed out"
        case .failed: "failed"
        case .dependency: "a dependency failed"
        case .skipped: "skipped"
        case .refused(let error): "refused: \(error)"
        case .stillRunning: "still under way"
        case .other(let word): word
        }
    }
}

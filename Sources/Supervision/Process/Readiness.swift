// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Decides when a service may say that it is ready: when all of its parts are, or when the time for that is up.
public struct Readiness<Part: Hashable & Sendable>: Sendable {
    /// What is to be done about an event.
    public enum Action: Sendable, Equatable {
        /// Nothing.
        case none
        /// Say that the service is ready, and what is still missing.
        case announce(missing: [Part])
    }

    private let parts: [Part]
    private var finished: Set<Part> = []
    private var isAnnounced = false

    /// Creates the decision over these parts; missing ones are named in this order.
    public init(parts: [Part]) {
        self.parts = parts
    }

    /// The parts that are not ready.
    public var missing: [Part] {
        parts.filter { !finished.contains($0) }
    }

    /// Takes note that a part is ready.
    public mutating func finish(_ part: Part) -> Action {
        finished.insert(part)
        return missing.isEmpty ? announce() : .none
    }

    /// Takes note that the time is up.
    public mutating func expire() -> Action {
        announce()
    }

    private mutating func announce() -> Action {
        guard !isAnnounced else { return .none }
        isAnnounced = true
        return .announce(missing: missing)
    }
}

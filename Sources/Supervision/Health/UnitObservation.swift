// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// What was seen of one systemd unit at one moment, reduced to what decisions need.
public struct UnitObservation: Sendable, Equatable {
    /// The unit's name.
    public var unit: String
    /// What the unit does.
    public var activity: Activity
    /// How its last run failed, in words that fit into parentheses; empty when it did not.
    public var cause: String
    /// Whether it is down because somebody asked for it, as opposed to by itself.
    public var isStoppedOnPurpose: Bool
    /// What the service says about itself (`STATUS=`); empty when it says nothing.
    public var statusText: String
    /// Whether the service says that something about it is wrong (`ERRNO=`).
    public var saysTrouble: Bool

    /// Creates an observation.
    public init(
        unit: String, activity: Activity, cause: String = "", isStoppedOnPurpose: Bool = false,
        statusText: String = "", saysTrouble: Bool = false
    ) {
        self.unit = unit
        self.activity = activity
        self.cause = cause
        self.isStoppedOnPurpose = isStoppedOnPurpose
        self.statusText = statusText
        self.saysTrouble = saysTrouble
    }

    /// What a unit does.
    public enum Activity: Sendable, Hashable, CaseIterable {
        /// systemd has no usable unit file for it.
        case missing
        /// It is up.
        case active
        /// It is coming up.
        case activating
        /// It failed, and systemd itself will start it again in a moment.
        case waitingToRestart
        /// It is down, and nothing went wrong.
        case inactive
        /// It is down, something went wrong, and systemd leaves it there.
        case failed
        /// It is on its way to another state that will be observed soon.
        case changing
    }
}

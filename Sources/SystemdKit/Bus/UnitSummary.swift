// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// One loaded unit, as `ListUnitsByPatterns` of org.freedesktop.systemd1(5) lists it.
public struct UnitSummary: Sendable, Equatable {
    /// The unit's name, such as `mcp-gateway.service`.
    public var name: String
    /// `loaded`, `not-found`, `bad-setting`, `error`, `masked`.
    public var loadState: String
    /// The coarse state that all unit types share.
    public var activeState: ActiveState
    /// The fine state of the unit's type, such as `running`, `listening`, `auto-restart`.
    public var subState: String

    /// Creates a summary.
    public init(name: String, loadState: String, activeState: ActiveState, subState: String) {
        self.name = name
        self.loadState = loadState
        self.activeState = activeState
        self.subState = subState
    }
}

/// The coarse state of a unit (`ActiveState` of org.freedesktop.systemd1(5)).
public enum ActiveState: String, Sendable, CaseIterable {
    /// It is up.
    case active
    /// It is up and reloads its configuration.
    case reloading
    /// It is up and re-mounts what it was given (systemd 257 and later).
    case refreshing
    /// It is down.
    case inactive
    /// It is down because something went wrong.
    case failed
    /// It is coming up, or waits for its next automatic start.
    case activating
    /// It is going down.
    case deactivating
    /// Its file system is being checked or repaired.
    case maintenance
    /// A word that this program does not know.
    case unknown
}

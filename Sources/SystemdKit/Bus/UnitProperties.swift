// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// What systemd knows about one unit at one moment.
///
/// The names are those of org.freedesktop.systemd1(5). Properties that a unit type does not have keep their
/// defaults.
public struct UnitProperties: Sendable, Equatable {
    /// The unit's name.
    public var name: String
    /// `LoadState`: `loaded`, `not-found`, `bad-setting`, `error`, `masked`.
    public var loadState = ""
    /// `ActiveState`.
    public var activeState = ActiveState.unknown
    /// `SubState`, such as `running`, `listening`, `auto-restart`.
    public var subState = ""
    /// `Result`: `success`, or the way the last run failed, such as `exit-code`, `signal`, `watchdog`, `timeout`.
    public var result = ""
    /// `NRestarts`: automatic restarts since the unit was last started by somebody.
    public var restarts = 0
    /// `StatusText`: the last `STATUS=` of the service; empty without one.
    public var statusText = ""
    /// `StatusErrno`: the last `ERRNO=` of the service; 0 when it tells of no trouble.
    public var statusErrno: Int32 = 0
    /// `MainPID`; 0 when no process runs.
    public var mainPID: Int32 = 0
    /// `ExecMainCode`: how the main process ended, a `CLD_*` number of waitid(2); 0 when it did not.
    public var execMainCode: Int32 = 0
    /// `ExecMainStatus`: its exit status or the signal that ended it.
    public var execMainStatus: Int32 = 0
    /// The number of `Job`: a start, stop or restart that is pending or under way; 0 without one.
    public var job: UInt32 = 0
    /// `FragmentPath`: the unit file.
    public var fragmentPath = ""
    /// `NeedDaemonReload`: the unit file changed since systemd read it.
    public var needsDaemonReload = false
    /// `ActiveEnterTimestamp` in microseconds since the epoch; 0 when it never was active.
    public var activeEnterTimestamp: UInt64 = 0
    /// `StateChangeTimestamp` in microseconds since the epoch.
    public var stateChangeTimestamp: UInt64 = 0
    /// `InactiveEnterTimestampMonotonic` in microseconds of CLOCK_MONOTONIC.
    public var inactiveEnterTimestampMonotonic: UInt64 = 0
    /// Whether the unit last went down because a job asked for it, as opposed to by itself.
    ///
    /// systemd does not keep this. It is known when this connection saw a job of the unit finish successfully after
    /// the unit went down: only a stop does that.
    public var stoppedByJob = false

    /// Creates the properties of a unit about which nothing else is known.
    public init(name: String) {
        self.name = name
    }

    /// Takes over one property; names that are not of interest change nothing.
    mutating func set(_ property: String, to value: BusValue) {
        switch (property, value) {
        case ("LoadState", .string(let text)): loadState = text
        case ("ActiveState", .string(let text)): activeState = ActiveState(rawValue: text) ?? .unknown
        case ("SubState", .string(let text)): subState = text
        case ("Result", .string(let text)): result = text
        case ("StatusText", .string(let text)): statusText = text
        case ("FragmentPath", .string(let text)): fragmentPath = text
        case ("NeedDaemonReload", .bool(let flag)): needsDaemonReload = flag
        case ("NRestarts", .number(let number)): restarts = Int(clamping: number)
        case ("StatusErrno", .number(let number)): statusErrno = Int32(clamping: number)
        case ("MainPID", .number(let number)): mainPID = Int32(clamping: number)
        case ("ExecMainCode", .number(let number)): execMainCode = Int32(clamping: number)
        case ("ExecMainStatus", .number(let number)): execMainStatus = Int32(clamping: number)
        case ("Job", .number(let number)): job = UInt32(clamping: number)
        case ("ActiveEnterTimestamp", .number(let number)): activeEnterTimestamp = UInt64(clamping: number)
        case ("StateChangeTimestamp", .number(let number)): stateChangeTimestamp = UInt64(clamping: number)
        case ("InactiveEnterTimestampMonotonic", .number(let number)):
            inactiveEnterTimestampMonotonic = UInt64(clamping: number)
        default: break
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
public import Supervision
public import SystemdKit

extension UnitObservation {
    /// What systemd's properties of a unit mean.
    public init(_ properties: UnitProperties) {
        self.init(
            unit: properties.name,
            activity: Activity(
                load: properties.loadState, active: properties.activeState, sub: properties.subState,
                hasJob: properties.job != 0),
            cause: properties.failureCause,
            isStoppedOnPurpose: properties.stoppedByJob,
            statusText: properties.statusText,
            saysTrouble: properties.statusErrno != 0)
    }

    /// What a line of systemd's list of units means; it tells less than the properties.
    public init(_ summary: UnitSummary) {
        self.init(
            unit: summary.name,
            activity: Activity(
                load: summary.loadState, active: summary.activeState, sub: summary.subState, hasJob: false))
    }
}

extension UnitObservation.Activity {
    init(load: String, active: ActiveState, sub: String, hasJob: Bool) {
        switch active {
        case .active, .reloading, .refreshing, .maintenance: self = .active
        case .activating: self = sub.hasPrefix("auto-restart") ? .waitingToRestart : .activating
        case .deactivating, .unknown: self = .changing
        // In the middle of a restart a unit is down for a moment, and its job tells that it will not stay so.
        case .inactive where hasJob, .failed where hasJob: self = .changing
        case .failed: self = load == "not-found" ? .missing : .failed
        case .inactive: self = load == "loaded" ? .inactive : .missing
        }
    }
}

extension UnitProperties {
    /// How the last run of the unit failed, in words that fit into parentheses; empty when it did not.
    var failureCause: String {
        switch result {
        case "", "success": ""
        case "exit-code": Self.words(forExitStatus: execMainStatus)
        case "signal": "killed by \(Self.name(ofSignal: execMainStatus))"
        case "core-dump": "crashed with \(Self.name(ofSignal: execMainStatus))"
        case "watchdog": "it hung, and its watchdog ended it"
        case "timeout": "it took too long to start or to stop"
        case "oom-kill": "memory was short, and the kernel ended it"
        case "protocol": "it ended before it said that it was ready"
        case "start-limit-hit": "it was started too often in a short time"
        case "service-start-limit-hit": "its service was started too often in a short time"
        case "trigger-limit-hit": "it was triggered too often in a short time"
        case "resources": "systemd could not provide what its unit asks for"
        default: "result '\(result)'"
        }
    }

    private static func name(ofSignal number: Int32) -> String {
        switch number {
        case SIGHUP: "SIGHUP"
        case SIGINT: "SIGINT"
        case SIGQUIT: "SIGQUIT"
        case SIGILL: "SIGILL"
        case SIGTRAP: "SIGTRAP"
        case SIGABRT: "SIGABRT"
        case SIGBUS: "SIGBUS"
        case SIGFPE: "SIGFPE"
        case SIGKILL: "SIGKILL"
        case SIGSEGV: "SIGSEGV"
        case SIGPIPE: "SIGPIPE"
        case SIGALRM: "SIGALRM"
        case SIGTERM: "SIGTERM"
        case SIGXCPU: "SIGXCPU"
        case SIGXFSZ: "SIGXFSZ"
        case SIGSYS: "SIGSYS: its sandbox forbids a system call that it made"
        default: "signal \(number)"
        }
    }

    /// The exit statuses by which systemd says that it could not even run the program (systemd.exec(5)).
    private static func words(forExitStatus status: Int32) -> String {
        switch status {
        case 200: "exit status 200: its working directory cannot be entered"
        case 203: "exit status 203: its program cannot be run"
        case 216, 217: "exit status \(status): its user or group does not exist"
        case 226: "exit status 226: its sandbox cannot be set up"
        case 243: "exit status 243: its credentials cannot be loaded"
        default: "exit status \(status)"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CSystemd

/// Tells the service manager how a service is doing, as sd_notify(3) describes.
///
/// Every call is harmless where no service manager listens (`NOTIFY_SOCKET` unset). The environment is left
/// untouched, since changing it is unsafe once threads run; children get a cleaned copy instead.
public struct ServiceNotifier: Sendable {
    /// Creates a notifier for the service manager named by the environment.
    public init() {}

    /// Says that the service is up, with a one-line status for `systemctl status`.
    public func ready(status: String? = nil) {
        send("READY=1" + line("STATUS", status))
    }

    /// Replaces the one-line status.
    public func status(_ text: String) {
        send("STATUS=\(oneLine(text))")
    }

    /// Replaces the one-line status, and says in a number of errno(3) what is wrong; 0 takes that back.
    ///
    /// systemd keeps the number until the next one, or until the service is started again.
    public func status(_ text: String, error: Int32) {
        send("STATUS=\(oneLine(text))\nERRNO=\(error)")
    }

    /// Says that the service is going down.
    public func stopping(status: String? = nil) {
        send("STOPPING=1" + line("STATUS", status))
    }

    /// Proves that the service makes progress (`WatchdogSec=` in systemd.service(5)).
    public func watchdog() {
        send("WATCHDOG=1")
    }

    /// The interval in which `watchdog()` is expected, or nil when the unit has no watchdog for this process.
    public static var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    private func send(_ state: String) {
        _ = sd_notify(0, state)
    }

    private func line(_ key: String, _ value: String?) -> String {
        value.map { "\n\(key)=\(oneLine($0))" } ?? ""
    }

    private func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}

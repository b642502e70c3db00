// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import SystemdKit

/// The environment of a child: the bridge's own, without what the service manager meant for the bridge.
enum ChildEnvironment {
    /// Set by systemd for one process (systemd.exec(5), "Environment variables set on the service").
    private static let names: Set<String> = [
        "CREDENTIALS_DIRECTORY", "INVOCATION_ID", "JOURNAL_STREAM", "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID",
        "LISTEN_PIDFDID", "MAINPID", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "NOTIFY_SOCKET",
        "RUNTIME_DIRECTORY",
        "SYSTEMD_EXEC_PID", "WATCHDOG_PID", "WATCHDOG_USEC",
    ]

    /// Keeps the `NAME=VALUE` entries that are the child's business.
    static func cleaned(_ entries: [String]) -> [String] {
        entries.filter { !names.contains(ProcessEnvironment.name(of: $0)) }
    }
}

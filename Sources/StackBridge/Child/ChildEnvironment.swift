// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

@preconcurrency import Glibc

/// The environment of a child: the bridge's own, without what the service manager meant for the bridge.
enum ChildEnvironment {
    /// Set by systemd for one process (systemd.exec(5), "Environment variables set on the service").
    private static let names: Set<String> = [
        "CREDENTIALS_DIRECTORY", "INVOCATION_ID", "JOURNAL_STREAM", "MAINPID", "NOTIFY_SOCKET", "SYSTEMD_EXEC_PID",
    ]
    private static let prefixes = ["LISTEN_", "MEMORY_PRESSURE_", "WATCHDOG_"]

    /// Keeps the `NAME=VALUE` entries that are the child's business.
    static func cleaned(_ entries: [String]) -> [String] {
        entries.filter { entry in
            let name = String(entry.prefix { $0 != "=" })
            return !names.contains(name) && !prefixes.contains { name.hasPrefix($0) }
        }
    }
}

extension ChildEnvironment {
    /// The environment of this process, as `NAME=VALUE` entries.
    static func current() -> [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(String(cString: entry))
            next = next.advanced(by: 1)
        }
        return entries
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

@preconcurrency internal import Glibc

/// The environment of this process, as `NAME=VALUE` entries.
public enum ProcessEnvironment {
    /// All entries, in their order.
    public static func entries() -> [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(String(cString: entry))
            next = next.advanced(by: 1)
        }
        return entries
    }

    /// The name of an entry.
    public static func name(of entry: String) -> String {
        String(entry.prefix { $0 != "=" })
    }

    /// The value of a variable; nil when no entry sets it.
    public static func value(of name: String, in entries: [String]) -> String? {
        entries.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}

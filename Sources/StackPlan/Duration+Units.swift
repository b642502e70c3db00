// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Duration {
    /// The duration as systemd.time(7) reads it: whole seconds, or milliseconds where there is a fraction.
    var unitText: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    /// The duration in seconds, rounded up.
    var wholeSeconds: String {
        String(components.seconds + (components.attoseconds > 0 ? 1 : 0))
    }
}

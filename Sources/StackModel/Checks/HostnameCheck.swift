// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Finds host names that Cloudflare's free certificates do not cover: they are for a domain and one level below it.
enum HostnameCheck {
    static func run(on stack: Stack, _ findings: Findings) {
        guard stack.tunnel.named != nil else { return }
        for route in stack.servers.flatMap(\.routes) {
            guard let hostname = route.hostname, let zone = zone(of: hostname) else { continue }
            let labels = hostname.dropLast(zone.count + 1).split(separator: ".")
            guard labels.count > 1 else { continue }
            let flat = labels.filter { $0 != "*" }.joined(separator: "-")
            findings.warning(
                .uncoveredHostname,
                "Cloudflare's free certificates cover names one level below '\(zone)', and '\(hostname)' is deeper",
                at: route.range,
                hint: "without an Advanced Certificate browsers and clients refuse it; '\(flat).\(zone)' would do")
        }
    }

    /// The domain that an account most probably has for a name: the last two labels, or three below such as `co.uk`.
    ///
    /// Which domains an account really has only Cloudflare knows.
    static func zone(of hostname: String) -> String? {
        let labels = hostname.split(separator: ".")
        guard labels.count >= 2 else { return nil }
        let second = labels[labels.count - 2]
        let isCountryOnly =
            labels.count >= 3 && labels[labels.count - 1].count == 2
            && ["ac", "co", "com", "edu", "gob", "gov", "ne", "net", "or", "org"].contains(second)
        return labels.suffix(isCountryOnly ? 3 : 2).joined(separator: ".")
    }
}

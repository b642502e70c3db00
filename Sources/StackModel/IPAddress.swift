// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// Recognises IP addresses and networks as systemd's address filters take them (systemd.resource-control(5)).
public enum IPAddress {
    /// Whether a text is an IPv4 address.
    public static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1
    }

    /// Whether a text is an IPv6 address, without brackets and zone.
    public static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, text, &address) == 1
    }

    /// Whether a text is an address, or an address with a prefix length behind a slash.
    public static func isNetwork(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let address = String(parts[0])
        let limit = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
        guard limit > 0 else { return false }
        switch parts.count {
        case 1: return true
        case 2: return Int(parts[1]).map { (0...limit).contains($0) && parts[1].allSatisfy(\.isNumber) } ?? false
        default: return false
        }
    }
}

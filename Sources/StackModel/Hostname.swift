// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Checks names: host names as cloudflared matches them, and names of servers.
public enum Hostname {
    /// What is wrong with a host name.
    public enum Problem: Error, Equatable {
        /// A port stands behind it.
        case port
        /// A scheme stands before it.
        case scheme
        /// A path stands behind it.
        case path
        /// A dot stands at its end; such a rule never matches in cloudflared.
        case trailingDot
        /// It has upper-case letters.
        case upperCase
        /// A `*` stands anywhere but alone in front.
        case wildcard
        /// It has an empty label, one of more than 63 characters, or is longer than 253 characters.
        case length
        /// It has letters of other scripts, which DNS knows in another spelling: this one.
        case international(ascii: String)
        /// It has a character that DNS host names do not have.
        case character
    }

    /// The first thing that is wrong with a host name, or nil when it can be matched.
    public static func problem(with text: String) -> Problem? {
        if text.contains("://") { return .scheme }
        if text.contains("/") { return .path }
        if text.contains(":") { return .port }
        if text.hasSuffix(".") { return .trailingDot }
        if let ascii = internationalSpelling(text) { return .international(ascii: ascii) }
        if text.lowercased() != text { return .upperCase }
        let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
        if name.contains("*") { return .wildcard }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        if text.utf8.count > 253 || labels.contains(where: { $0.isEmpty || $0.utf8.count > 63 }) { return .length }
        return labels.allSatisfy(isLabel) ? nil : .character
    }

    /// The spelling that DNS has for a name with letters of other scripts; nil where there is none.
    private static func internationalSpelling(_ text: String) -> String? {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let ascii = Punycode.ascii(ofHostname: text)
        return ascii != text && problem(with: ascii) == nil ? ascii : nil
    }

    /// Whether a text is a host name or an IPv4 address, without wildcard.
    public static func isPlain(_ text: String) -> Bool {
        problem(with: text) == nil && !text.hasPrefix("*")
    }

    /// Whether a host name, perhaps a wildcard, stands for every name that another one stands for.
    public static func covers(_ wide: String?, _ narrow: String?) -> Bool {
        guard let wide else { return true }
        guard let narrow else { return false }
        guard wide.hasPrefix("*.") else { return wide == narrow }
        return narrow.hasSuffix(wide.dropFirst())
    }

    /// Whether a text can name a server: `[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`.
    public static func isServerName(_ text: String) -> Bool {
        text.utf8.count <= 32 && isLabel(text[...])
    }

    private static func isLabel(_ label: Substring) -> Bool {
        guard let first = label.utf8.first, let last = label.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

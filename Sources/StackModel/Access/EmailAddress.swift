// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Checks addresses of people, as far as a policy can compare them.
public enum EmailAddress {
    /// Whether a text is `SOMEBODY@DOMAIN`.
    public static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, text.utf8.count <= 254 else { return false }
        return isDomain(String(parts[1])) && parts[0].utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x2A }
    }

    /// Whether a text is a domain that addresses end in.
    public static func isDomain(_ text: String) -> Bool {
        text.contains(".") && Hostname.isPlain(text.lowercased()) && !IPAddress.isIPv4(text)
    }

    /// The domain behind the `@`.
    static func domain(of address: String) -> String {
        address.lastIndex(of: "@").map { String(address[address.index(after: $0)...]) } ?? address
    }

    /// Domains in which anybody can have an address.
    static let openDomains: Set<String> = [
        "aol.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
        "live.com", "mail.ru", "me.com", "outlook.com", "posteo.de", "proton.me", "protonmail.com", "qq.com",
        "t-online.de",
        "web.de", "yahoo.com", "yandex.ru",
    ]
}

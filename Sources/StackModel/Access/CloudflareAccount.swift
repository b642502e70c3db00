// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics

/// The account at Cloudflare that a stack belongs to.
public struct CloudflareAccount: Sendable, Equatable {
    /// The account's id: 32 hexadecimal digits.
    public var id: Located<String>
    /// The name of the credential with the API token, without the stack's prefix.
    public var token: Located<String>
}

/// How often one address may ask for a server before Cloudflare turns it away.
public struct RateLimit: Sendable, Equatable {
    /// The number of requests.
    public var requests: Int
    /// The time in which they are counted, in seconds.
    public var period: Int
    /// How long an address that asked more often is turned away, in seconds.
    public var block: Int
    /// Where it stands.
    public var range: SourceRange

    /// The lengths of time that Cloudflare takes, in seconds ("Rate limiting parameters" in its manual).
    public static let times = [
        10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600, 65535, 86400,
    ]

    /// A plan of Cloudflare's.
    public enum Plan: String, Sendable, Codable {
        /// Pro.
        case pro
        /// Business.
        case business
        /// Enterprise.
        case enterprise
    }

    /// The least plan that takes the rule; Free takes none that looks at a host name.
    public var plan: Plan {
        if period <= 60, block <= 3600 { return .pro }
        return period <= 600 && block <= 86400 ? .business : .enterprise
    }
}

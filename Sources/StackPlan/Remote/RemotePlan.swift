// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials

/// Everything that a stack wants at Cloudflare, as a value: what the API is asked for, with names where it wants ids.
///
/// Field names are the API's. What exists there already is not known here.
public struct RemotePlan: Sendable, Equatable, Codable {
    /// The format that this version of the program writes.
    public static let currentFormat = 1

    /// The format number.
    public var format = Self.currentFormat
    /// The account's id, when the stack names the account.
    public var account: String?
    /// The tunnel.
    public var tunnel: Tunnel
    /// The DNS records, in the order of the routes.
    public var dns: [DNSRecord]
    /// The Access groups that the policies need and that the stack owns.
    public var groups: [Group]
    /// The reusable Access policies.
    public var policies: [Policy]
    /// The Access applications, one for each protected host name.
    public var applications: [Application]
    /// The service tokens that policies name.
    public var serviceTokens: [String]
    /// The rules of the phase `http_ratelimit`.
    public var rateLimits: [RateLimitRule]

    private enum CodingKeys: String, CodingKey {
        case format, account, tunnel, dns, groups, policies, applications
        case serviceTokens = "service_tokens"
        case rateLimits = "rate_limits"
    }

    /// The plan as JSON with a fixed order of keys.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and lists always encode.
        guard let data = try? encoder.encode(self) else { return "" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    /// The plan that a JSON text holds.
    public init(json: String) throws {
        self = try JSONDecoder().decode(RemotePlan.self, from: Data(json.utf8))
    }

    init(account: String?, tunnel: Tunnel) {
        self.account = account
        self.tunnel = tunnel
        dns = []
        groups = []
        policies = []
        applications = []
        serviceTokens = []
        rateLimits = []
    }
}

extension RemotePlan {
    /// The tunnel, by its id or its name; by neither when only its credentials say which it is.
    public struct Tunnel: Sendable, Equatable, Codable {
        /// The UUID.
        public var id: String?
        /// The name.
        public var name: String?
    }

    /// A DNS record that leads a host name to the tunnel.
    public struct DNSRecord: Sendable, Equatable, Codable {
        /// The kind of record.
        public var type = "CNAME"
        /// The host name.
        public var name: String
        /// `ID.cfargotunnel.com`; nil when the stack does not say the tunnel's id.
        public var content: String?
        /// Whether requests pass Cloudflare; without that nothing else here works.
        public var proxied = true
        /// The lifetime, which is 1 (automatic) for a proxied record.
        public var ttl = 1
        /// The mark of ownership; at most 100 characters on the Free plan.
        public var comment = "mcp-stack"
    }

    /// An Access group.
    public struct Group: Sendable, Equatable, Codable {
        /// The name.
        public var name: String
        /// The rules one of which must hold.
        public var include: [RemoteRule]
    }

    /// A rule of the phase `http_ratelimit`.
    public struct RateLimitRule: Sendable, Equatable, Codable {
        /// The rule's own name, which marks it as the stack's.
        public var ref: String
        /// What it is, for people.
        public var description: String
        /// Which requests count.
        public var expression: String
        /// What happens to those beyond the limit.
        public var action = "block"
        /// The limit.
        public var ratelimit: Parameters
        /// The least plan of Cloudflare's that takes it: `pro`, `business` or `enterprise`.
        public var plan: String

        /// A limit.
        public struct Parameters: Sendable, Equatable, Codable {
            /// What is counted apart; `cf.colo.id` is mandatory.
            public var characteristics = ["cf.colo.id", "ip.src"]
            /// The time in which requests are counted, in seconds.
            public var period: Int
            /// The number of requests.
            public var requestsPerPeriod: Int
            /// How long an address is turned away, in seconds.
            public var mitigationTimeout: Int

            private enum CodingKeys: String, CodingKey {
                case characteristics, period
                case requestsPerPeriod = "requests_per_period"
                case mitigationTimeout = "mitigation_timeout"
            }
        }
    }
}

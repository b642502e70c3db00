// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import StackModel

/// One rule of an Access policy or group, as the API spells it, with names where the API wants ids:
/// `{"email_domain":{"domain":"example.com"}}`, `{"group":{"name":"staff"}}`.
public struct RemoteRule: Sendable, Hashable, Codable {
    /// The API's word for what is compared, such as `email_domain`.
    public var selector: String
    /// What it is compared with.
    public var fields: [String: String]

    /// Creates a rule.
    public init(_ selector: String, _ fields: [String: String] = [:]) {
        self.selector = selector
        self.fields = fields
    }

    /// Reads the mapping of one key that `encode(to:)` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let rule = try container.decode([String: [String: String]].self).first else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a rule has one key")
        }
        self.init(rule.key, rule.value)
    }

    /// Writes a mapping of one key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([selector: fields])
    }

    /// Everybody.
    public static let everyone = RemoteRule("everyone")
    /// Every service token of the account.
    public static let anyServiceToken = RemoteRule("any_valid_service_token")
    /// A second factor, as the identity provider reports it (RFC 8176, `mfa`).
    public static let mfa = RemoteRule("auth_method", ["auth_method": "mfa"])

    /// The person with an address.
    public static func email(_ address: String) -> RemoteRule { .init("email", ["email": address]) }
    /// Everybody with an address in a domain.
    public static func emailDomain(_ domain: String) -> RemoteRule { .init("email_domain", ["domain": domain]) }
    /// A country.
    public static func country(_ code: String) -> RemoteRule { .init("geo", ["country_code": code]) }
    /// A network.
    public static func network(_ text: String) -> RemoteRule { .init("ip", ["ip": text]) }
    /// An Access group, by name.
    public static func group(_ name: String) -> RemoteRule { .init("group", ["name": name]) }
    /// An identity provider, by kind or name.
    public static func provider(_ provider: IdentityProvider) -> RemoteRule {
        .init("login_method", ["name": provider.name])
    }
    /// A service token, by name.
    public static func serviceToken(_ name: String) -> RemoteRule { .init("service_token", ["name": name]) }
    /// A posture check, by name.
    public static func devicePosture(_ name: String) -> RemoteRule { .init("device_posture", ["name": name]) }
    /// An organization at GitHub.
    public static func organization(_ organization: GitHubOrganization) -> RemoteRule {
        var fields = ["name": organization.name]
        fields["team"] = organization.team
        return .init("github-organization", fields)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics

/// The rules under one of `allow`, `require` and `exclude`.
///
/// Under `allow` and `require` every key must hold; under `exclude` none may. The values of a key are alternatives,
/// and `emails` and `emails-ending-in` are one key in two spellings, since a person has one address. Of what a
/// person can have several at once, `require` asks for every one: `groups`, `github-organizations`; of
/// `device-posture`, `allow` does too.
public struct AccessRules: Sendable, Equatable {
    /// Addresses, in lower case.
    public var emails: [Located<String>] = []
    /// Domains of addresses, in lower case and without the `@`.
    public var emailDomains: [Located<String>] = []
    /// Where `everyone: true` stands.
    public var everyone: SourceRange?
    /// Countries, as ISO 3166-1 alpha-2 spells them.
    public var countries: [Located<String>] = []
    /// The only countries that are not meant.
    public var countriesExcept: [Located<String>] = []
    /// Addresses and networks.
    public var networks: [Located<String>] = []
    /// Access groups of the account, by name.
    public var groups: [Located<String>] = []
    /// Identity providers.
    public var identityProviders: [Located<IdentityProvider>] = []
    /// Organizations at GitHub, and teams of theirs.
    public var gitHubOrganizations: [Located<GitHubOrganization>] = []
    /// Device posture checks of the account, by name.
    public var devicePostures: [Located<String>] = []
    /// Where `mfa: true` stands.
    public var mfa: SourceRange?
    /// Whether some of them were reported as wrong and are missing here.
    var isDamaged = false
    /// Where the rules stand.
    public var range: SourceRange

    /// Creates rules that say nothing.
    public init(range: SourceRange) {
        self.range = range
    }

    /// Whether they say anything about a person's address.
    public var nameAddresses: Bool { !emails.isEmpty || !emailDomains.isEmpty }

    /// Whether they say who somebody is, and not only where from or how: anybody can log in with some providers.
    public var nameSomebody: Bool {
        let isClosed = !identityProviders.isEmpty && identityProviders.allSatisfy { !$0.value.isOpenToAll }
        return nameAddresses || !groups.isEmpty || !gitHubOrganizations.isEmpty || isClosed
    }
}

/// An organization at GitHub, or a team of one.
public struct GitHubOrganization: Sendable, Hashable {
    /// The organization.
    public var name: String
    /// The team; nil for every member.
    public var team: String?

    /// Reads `ORGANIZATION` or `ORGANIZATION/TEAM`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let areNames = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }
        }
        guard (1...2).contains(parts.count), areNames else { return nil }
        name = parts[0]
        team = parts.count == 2 ? parts[1] : nil
    }
}

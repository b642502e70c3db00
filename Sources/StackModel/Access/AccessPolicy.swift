// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A named policy: who may use the host names that name it, and how they prove it.
///
/// A person passes when one of the `allow` rules holds, all of `require` hold and nothing of `exclude` does.
/// A service token of the policy passes without a log-in, where it meets what `require` and `exclude` say about the
/// network and the device it comes from.
public struct AccessPolicy: Sendable, Equatable {
    /// The name that routes use.
    public var name: Located<String>
    /// The alternatives: one of them must hold.
    public var allow: [AccessRules]
    /// What must hold besides; nil for nothing.
    public var require: AccessRules?
    /// What may not hold; nil for nothing.
    public var exclude: AccessRules?
    /// The service tokens that pass without a log-in; nil for none.
    public var serviceTokens: ServiceTokens?
    /// The identity providers that the log-in page offers; none for all of the account.
    public var identityProviders: [Located<IdentityProvider>]
    /// The second factor that Access itself asks for; nil when it asks for none.
    public var accessMFA: AccessMFA?
    /// How long a log-in lasts.
    public var session: Duration
    /// How MCP clients sign in by OAuth; nil when they do not.
    public var oauth: ManagedOAuth?
    /// Whether people must say why they want in; nil when they need not.
    public var purpose: Purpose?
    /// The groups of people each of whom must agree to a log-in.
    public var approvals: [Approval]
    /// What the connector checks the log-in against; nil when Cloudflare's API is to tell.
    public var verification: AccessVerification?
    /// Whether what was to be the verification was reported as wrong.
    var isVerificationDamaged = false

    /// The session of a policy that names none, which is Cloudflare's own.
    public static let defaultSession: Duration = .seconds(86400)

    /// All rules of the policy.
    public var rules: [AccessRules] {
        allow + [require, exclude].compactMap(\.self)
    }
}

/// The service tokens that a policy lets in.
public enum ServiceTokens: Sendable, Equatable {
    /// Every token of the account.
    case any
    /// Those with these names.
    case named([Located<String>])
}

/// The second factor that Access asks for itself, whatever the identity provider did (`mfa_config`).
public struct AccessMFA: Sendable, Equatable {
    /// A second factor.
    public enum Method: String, Sendable, CaseIterable {
        /// A code of an authenticator application.
        case totp
        /// A security key.
        case securityKey = "security-key"
        /// The biometrics of a device.
        case biometrics
    }

    /// The factors that are accepted; none for those of the account.
    public var methods: [Method]
    /// How long the factor is not asked for again; nil for the account's own answer.
    public var session: Duration?
}

/// Access as the OAuth server of an application, for MCP clients (`oauth_configuration`).
public struct ManagedOAuth: Sendable, Equatable {
    /// The addresses, besides those on the client's own machine, to which a client may be sent back.
    public var redirectURIs: [String]
}

/// The question why somebody wants in.
public struct Purpose: Sendable, Equatable {
    /// The words of the question; nil for Cloudflare's own.
    public var question: String?
}

/// People some of whom must agree to a log-in.
public struct Approval: Sendable, Equatable {
    /// Their addresses.
    public var emails: [Located<String>]
    /// How many of them must agree.
    public var needed: Int
}

/// What the connector checks the token of a request against.
public struct AccessVerification: Sendable, Equatable {
    /// The team name: TEAM of `TEAM.cloudflareaccess.com`.
    public var teamName: String
    /// The audience tags of the applications.
    public var audiences: [String]

    /// Whether a text can be a team name, which is a DNS label.
    public static func isTeamName(_ text: String) -> Bool {
        Hostname.isPlain(text) && !text.contains(".")
    }

    /// Whether a text can be an audience tag: 64 hexadecimal digits.
    public static func isAudience(_ text: String) -> Bool {
        text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}

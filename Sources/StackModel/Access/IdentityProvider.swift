// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Somebody who says who a person is: a kind of provider, or one by the name that it has in the account.
public struct IdentityProvider: Sendable, Hashable {
    /// The kinds, spelled as Cloudflare's API spells them (`GET /access/identity_providers`, `type`).
    public enum Kind: String, Sendable, CaseIterable {
        /// A code by mail; every account has it.
        case oneTimePIN = "onetimepin"
        /// Microsoft Entra ID.
        case azureAD
        /// Centrify.
        case centrify
        /// Facebook.
        case facebook
        /// GitHub.
        case github
        /// Google.
        case google
        /// Google Workspace.
        case googleWorkspace = "google-apps"
        /// LinkedIn.
        case linkedin
        /// Anybody who speaks OpenID Connect.
        case oidc
        /// Okta.
        case okta
        /// OneLogin.
        case onelogin
        /// PingOne.
        case pingone
        /// Anybody who speaks SAML.
        case saml
        /// Yandex.
        case yandex
    }

    /// What it is called: the word of its kind, or its name in the account.
    public var name: String
    /// Its kind; nil for a name.
    public var kind: Kind?

    /// The provider that a text means.
    public init(_ text: String) {
        let word = text.lowercased().filter { $0.isLetter || $0.isNumber }
        let other: [String: Kind] = [
            "otp": .oneTimePIN, "entra": .azureAD, "entraid": .azureAD, "azure": .azureAD,
            "googleworkspace": .googleWorkspace, "googleapps": .googleWorkspace,
        ]
        kind = other[word] ?? Kind.allCases.first { $0.rawValue.lowercased() == word }
        name = kind?.rawValue ?? text
    }

    /// Whether anybody in the world can have an account there.
    public var isOpenToAll: Bool {
        switch kind {
        case .oneTimePIN, .facebook, .github, .google, .linkedin, .yandex: true
        default: false
        }
    }

    /// Whether it tells Access how somebody proved who he is; nil when only its name is known.
    ///
    /// Access reads that from Okta, Entra ID, OpenID Connect and SAML alone ("Enforce MFA" in Cloudflare's manual).
    public var reportsMFA: Bool? {
        switch kind {
        case .azureAD, .oidc, .okta, .saml: true
        case nil: nil
        default: false
        }
    }
}

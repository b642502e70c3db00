// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import Testing

@testable import StackModel

@Suite("Values of policies")
struct AccessValueTests {
    @Test func countriesAreThoseOfISO3166() {
        #expect(Country.codes.count == 249)
        #expect(Country.codes.allSatisfy { $0.utf8.count == 2 && $0 == $0.uppercased() })
        #expect(Country.isCode("GB") && !Country.isCode("UK") && !Country.isCode("gb") && !Country.isCode(""))
    }

    @Test(
        arguments: [
            ("a@example.com", true), ("A.b+c@sub.example.com", true), ("@example.com", false), ("a@b", false),
            ("a@@example.com", false), ("a b@example.com", false), ("*@example.com", false), ("a@1.2.3.4", false),
            ("a@*.example.com", false), ("", false),
        ])
    func addresses(_ text: String, _ isGood: Bool) {
        #expect(EmailAddress.isValid(text) == isGood)
    }

    @Test(
        arguments: [
            ("github", .github, "github"), ("GitHub", .github, "github"), ("azure-ad", .azureAD, "azureAD"),
            ("Entra ID", .azureAD, "azureAD"), ("one-time-pin", .oneTimePIN, "onetimepin"),
            ("OTP", .oneTimePIN, "onetimepin"),
            ("Google Workspace", .googleWorkspace, "google-apps"), ("google-apps", .googleWorkspace, "google-apps"),
            ("Our Okta", nil, "Our Okta"),
        ] as [(String, IdentityProvider.Kind?, String)])
    func identityProviders(_ text: String, _ kind: IdentityProvider.Kind?, _ name: String) {
        let provider = IdentityProvider(text)
        #expect(provider.kind == kind)
        #expect(provider.name == name)
    }

    @Test func onlySomeProvidersReportASecondFactor() {
        let reporting = IdentityProvider.Kind.allCases.filter { IdentityProvider($0.rawValue).reportsMFA == true }
        #expect(reporting == [.azureAD, .oidc, .okta, .saml])
        #expect(IdentityProvider("Our Okta").reportsMFA == nil)
        #expect(!IdentityProvider("Our Okta").isOpenToAll)
    }

    @Test(arguments: [("acme", true), ("acme/ops", true), ("acme/", false), ("/ops", false), ("a/b/c", false)])
    func organizations(_ text: String, _ isGood: Bool) {
        #expect((GitHubOrganization(text) != nil) == isGood)
    }

    @Test(
        arguments: [
            (60, 600, .pro), (10, 3600, .pro), (60, 7200, .business), (600, 86400, .business), (900, 10, .enterprise),
        ] as [(Int, Int, RateLimit.Plan)])
    func rateLimitsNeedAPlan(_ period: Int, _ block: Int, _ plan: RateLimit.Plan) {
        let range = SourceRange(start: .init(line: 1, column: 1), end: .init(line: 1, column: 2))
        #expect(RateLimit(requests: 1, period: period, block: block, range: range).plan == plan)
    }
}

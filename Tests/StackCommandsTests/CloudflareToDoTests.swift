// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import HostFiles
import StackModel
import StackPlan
import Testing
import UnitFile

@testable import StackCommands

@Suite("What is left to do at Cloudflare")
struct CloudflareToDoTests {
    private static let audience = String(repeating: "0123456789abcdef", count: 4)

    private func stack(_ policy: String, cloudflare: Bool = true) throws -> Stack {
        let account = "cloudflare: { account: 0123456789abcdef0123456789abcdef, token: { credential: cf } }\n"
        let text =
            "version: 1\ntunnel: { mode: named, id: 6ff42ae2-765d-4adf-8112-31c55c1551ef, credentials: { credential: t } }\n"
            + (cloudflare ? account : "")
            + "servers: { a: { url: 'http://localhost:1', hostname: a.example.com, access: team, "
            + "rate-limit: { requests: 100, per: 1m, block: 10m } } }\naccess: { team: { \(policy) } }\n"
        let file = StackFile(parsing: text, name: "stack.yaml")
        return try #require(file.stack, "\(file.diagnostics.map(\.message))")
    }

    private func check(_ stack: Stack, isApplying: Bool) throws -> [String] {
        let facts = Facts(
            systemd: .oldest, generation: 1, connectorGeneration: 1, commands: ["cloudflared": "/usr/bin/cloudflared"],
            resolvers: [])
        return try ScratchDirectory.use { (path) throws in
            try HostFiles().create("\(path)/mcp-stack.t", [0])
            var check = HostCheck(stack: stack, facts: facts)
            check.secretStore = SecretStore(directory: path)
            check.listeners = { _ in nil }
            check.rivalConfigurations = []
            return check.diagnostics(isApplying: isApplying).map { "\($0.severity.rawValue) \($0.code)" }
        }
    }

    @Test func anAudienceThatOnlyTheAPIKnowsStopsAnApplyAndOnlyWarnsACheck() throws {
        let open = try stack("allow: { emails: [a@example.com] }")
        #expect(
            try check(open, isApplying: true) == ["error MCS4008", "error MCS4013", "warning MCS4015"],
            "the token is not set, the audience not known, and the rest is to be done by hand")
        #expect(try check(open, isApplying: false) == ["error MCS4008", "warning MCS4013", "warning MCS4015"])
    }

    @Test func aPolicyWithAnAudienceCanBeApplied() throws {
        let policy = "allow: { emails: [a@example.com] }, team-name: example, audience: \(Self.audience)"
        #expect(try check(try stack(policy, cloudflare: false), isApplying: true) == ["warning MCS4015"])
    }

    @Test func generateWritesRulesThatLetInNobodyRatherThanEverybody() throws {
        let facts = Facts(systemd: .oldest, generation: 1, connectorGeneration: 1, commands: [:], resolvers: [])
        let plan = try StackCompiler(stack: try stack("allow: { emails: [a@example.com] }"), facts: facts).plan()
        let configuration = try #require(plan.text("connector/config.yml"))
        #expect(configuration.contains("service: \"http_status:403\""))
        #expect(!configuration.contains("localhost:1"))
        #expect(plan.text("remote.json")?.contains("\"account\" : \"0123456789abcdef0123456789abcdef\"") == true)
    }

    @Test func theRouteOfAURLSaysThatNobodyGetsIn() throws {
        let url = "https://a.example.com/mcp"
        let request = try RequestURL(parsing: url)
        let policy = "allow: { emails: [a@example.com] }"
        let closed = RouteAnswer(url: url, request: request, stack: try stack(policy))
        #expect(closed.rule.service == "http_status:403")
        let checked = try stack("\(policy), team-name: example, audience: \(Self.audience)")
        let open = RouteAnswer(url: url, request: request, stack: checked)
        #expect(open.rule.service == "http://localhost:1")
        #expect(open.rule.access == "team")
    }

    @Test func thePlanListsItInTheOrderThatLetsInNobodyTooEarly() throws {
        let remote = try #require(
            RemotePlan(
                try stack(
                    "allow: { emails-ending-in: ['@example.com'], countries: [DE, FR], github-organizations: [acme/ops] }, "
                        + "exclude: { ips: [203.0.113.7] }, service-tokens: [ci], oauth: true, purpose: 'Why?', "
                        + "approval: { emails: [b@example.com] }, identity-providers: [github], "
                        + "access-mfa: { methods: [totp], session: 0s }")))
        #expect(
            remote.summary
                == "1 DNS record, 1 Access group, 2 Access policies, 1 Access application, 1 service token, "
                + "1 rate limiting rule")
        #expect(
            remote.toDo == """
                At Cloudflare, by hand, as far as it is not there yet:
                  service token 'ci'
                  Access group 'mcp-stack team: countries'
                      include: country DE, country FR
                  Access policy 'mcp-stack team: service tokens', action Service Auth
                      include: service token ci
                      exclude: address 203.0.113.7/32
                  Access policy 'mcp-stack team: allow', action Allow
                      include: emails ending in @example.com
                      require: GitHub organization acme/ops, group 'mcp-stack team: countries'
                      exclude: address 203.0.113.7/32
                      ask for the purpose: Why?
                      approval by 1 of b@example.com
                      multi-factor authentication by Access: totp, 0m
                  Access application 'mcp-stack a.example.com' for a.example.com, session 24h
                      policies: 'mcp-stack team: service tokens', 'mcp-stack team: allow'
                      identity providers: github
                      managed OAuth, for clients on this computer
                  DNS record a.example.com: CNAME 6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com, proxied
                  rate limiting rule 'mcp-stack:a' (needs the Pro plan)
                      when: (http.host eq "a.example.com")
                      then: block for 600s after 100 requests in 60s from one address

                """)
    }
}

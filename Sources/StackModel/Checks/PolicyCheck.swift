// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Finds policies that let in nobody or everybody, and policies and rate limits that nothing can enforce.
enum PolicyCheck {
    static func run(on stack: Stack, _ findings: Findings) {
        // What was reported as wrong is missing, and would be reported again as a lack.
        for policy in stack.policies where !policy.rules.contains(where: \.isDamaged) {
            for rules in policy.allow { people(rules, of: policy, findings) }
            secondFactor(policy, findings)
            tokens(policy, findings)
        }
        switch stack.tunnel {
        case .named: protection(stack, findings)
        case .local, .quick: nothingAtCloudflare(stack, findings)
        }
    }

    /// Who is let in: somebody at all, and not by chance everybody.
    private static func people(_ rules: AccessRules, of policy: AccessPolicy, _ findings: Findings) {
        if let reason = Passability(alternative: rules, policy: policy).obstacle {
            findings.error(
                .impassablePolicy, "nobody can pass this: \(reason)", at: rules.range,
                hint: "what 'allow' and 'require' say must hold together, and 'exclude' may not take all of it away")
        }
        if let everyone = rules.everyone, rules.nameAddresses || !rules.groups.isEmpty {
            findings.error(
                .everyoneAndSomebody, "'everyone' stands beside those who are let in", at: everyone,
                hint: "keys must hold together, so it adds nobody; leave it out, or leave only it")
        }
        let namesSomebody = rules.nameSomebody || policy.require?.nameSomebody == true
        if rules.everyone == nil, !namesSomebody {
            findings.error(
                .openPolicy, "this says where from or how, and not who: whoever logs in is let in", at: rules.range,
                hint: "name people with 'emails', 'emails-ending-in' or 'groups', or write 'everyone: true'")
        }
    }

    /// Access learns of a second factor only from some providers, and denies those whose provider is silent.
    private static func secondFactor(_ policy: AccessPolicy, _ findings: Findings) {
        let places = policy.allow.compactMap(\.mfa) + [policy.require?.mfa].compactMap(\.self)
        guard let place = places.first else { return }
        let lists =
            [policy.identityProviders, policy.require?.identityProviders ?? []]
            + policy.allow.filter { $0.mfa != nil || policy.require?.mfa != nil }.map(\.identityProviders)
        let known = lists.filter { !$0.isEmpty }
        let isHopeless = known.contains { list in list.allSatisfy { $0.value.reportsMFA == false } }
        let hint =
            "only Okta, Entra ID, OpenID Connect and SAML do; 'access-mfa: true' has Access itself ask for the second "
            + "factor, with any provider"
        if isHopeless {
            findings.error(
                .unreportedMFA, "nobody can pass this: these identity providers report no second factor to Access",
                at: place, hint: hint)
        } else if known.isEmpty {
            findings.warning(
                .unreportedMFA, "who logs in by one-time PIN, Google or GitHub never passes this", at: place,
                hint: hint + "; name the provider under 'identity-providers' when it does")
        }
    }

    /// What a token, which is nobody, may not meet.
    private static func tokens(_ policy: AccessPolicy, _ findings: Findings) {
        guard policy.serviceTokens != nil, let require = policy.require else { return }
        let places = require.groups.map(\.range) + require.devicePostures.map(\.range)
        guard let place = places.first else { return }
        findings.warning(
            .serviceTokenRule, "this must hold for the policy's service tokens too", at: place,
            hint: "a token is nobody and has no device, so only groups of networks hold for it; put it into 'allow' to "
                + "ask it of people only")
    }

    /// What only Cloudflare can do, in a stack whose requests do not pass there.
    private static func nothingAtCloudflare(_ stack: Stack, _ findings: Findings) {
        let isLocal = stack.tunnel == .local
        var seen: [SourceRange] = []
        for server in stack.servers {
            if isLocal {
                for route in server.routes where route.access.value != .everybody {
                    guard !seen.contains(route.access.range) else { continue }
                    seen.append(route.access.range)
                    findings.warning(
                        .nothingAtCloudflare, "in local mode every user of this machine gets in, whatever the policy",
                        at: route.access.range,
                        hint: "the gateway listens on loopback only; policies are Cloudflare's, in 'mode: named'")
                }
            }
            if let limit = server.rateLimit {
                findings.warning(
                    .nothingAtCloudflare,
                    "'rate-limit' does nothing here: it is for domains of a Cloudflare account",
                    at: limit.range, hint: "use 'mode: named', or leave it out")
            }
        }
    }

    /// A policy protects host names, and the connector has to know what to check.
    private static func protection(_ stack: Stack, _ findings: Findings) {
        var unchecked: Set<String> = []
        for server in stack.servers {
            for route in server.routes {
                guard let policy = stack.policy(of: route) else { continue }
                if route.hostname == nil {
                    findings.error(
                        .policyWithoutHostname, "a policy protects host names, and this route has none",
                        at: route.range, hint: "give the route a 'hostname'")
                }
                let isCheckable = policy.verification != nil || policy.isVerificationDamaged
                if stack.cloudflare == nil, !isCheckable, unchecked.insert(policy.name.value).inserted {
                    findings.add(
                        Diagnostic(
                            .error, .uncheckablePolicy,
                            "the connector cannot check the policy '\(policy.name.value)'", at: policy.name.range,
                            notes: [.init("it is to protect this route", at: route.range)],
                            hint: "give it 'team-name' and the 'audience' of its Access application"))
                }
            }
            if let limit = server.rateLimit, server.routes.contains(where: { $0.hostname == nil }) {
                findings.error(
                    .rateLimitWithoutHostname, "requests are counted by host name, and a route of this server has none",
                    at: limit.range, hint: "give every route of the server a 'hostname'")
            }
        }
    }
}

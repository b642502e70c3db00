// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackPlan

extension RemotePlan {
    /// What there is to do, in half a sentence.
    var summary: String {
        [
            Self.counted(dns.count, "DNS record"), Self.counted(groups.count, "Access group"),
            Self.counted(policies.count, "Access policy", "Access policies"),
            Self.counted(applications.count, "Access application"),
            Self.counted(serviceTokens.count, "service token"), Self.counted(rateLimits.count, "rate limiting rule"),
        ].compactMap(\.self).joined(separator: ", ")
    }

    private static func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String? {
        switch count {
        case 0: nil
        case 1: "1 \(one)"
        default: "\(count) \(many ?? one + "s")"
        }
    }

    /// What there is to do, for a person at the dashboard; in the order that lets in nobody too early.
    var toDo: String {
        var lines = ["At Cloudflare, by hand, as far as it is not there yet:"]
        for name in serviceTokens { lines.append("  service token '\(name)'") }
        for group in groups {
            lines.append("  Access group '\(group.name)'")
            lines.append("      include: \(Self.list(group.include))")
        }
        for policy in policies { lines += Self.lines(policy) }
        for application in applications { lines += Self.lines(application) }
        for record in dns {
            lines.append(
                "  DNS record \(record.name): CNAME \(record.content ?? "TUNNEL-ID.cfargotunnel.com"), proxied")
        }
        for rule in rateLimits {
            let limit = rule.ratelimit
            lines.append("  rate limiting rule '\(rule.ref)' (needs the \(rule.plan.capitalised) plan)")
            lines.append("      when: \(rule.expression)")
            lines.append(
                "      then: block for \(limit.mitigationTimeout)s after \(limit.requestsPerPeriod) requests in "
                    + "\(limit.period)s from one address")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ policy: Policy) -> [String] {
        let action =
            switch policy.decision {
            case .allow: "Allow"
            case .nonIdentity: "Service Auth"
            case .bypass: "Bypass"
            }
        var lines = ["  Access policy '\(policy.name)', action \(action)", "      include: \(list(policy.include))"]
        if !policy.require.isEmpty { lines.append("      require: \(list(policy.require))") }
        if !policy.exclude.isEmpty { lines.append("      exclude: \(list(policy.exclude))") }
        if policy.purposeRequired == true {
            lines.append("      ask for the purpose" + (policy.purposePrompt.map { ": \($0)" } ?? ""))
        }
        for group in policy.approvalGroups ?? [] {
            lines.append("      approval by \(group.needed) of \(group.addresses.joined(separator: ", "))")
        }
        if let mfa = policy.mfa {
            let methods = mfa.methods?.joined(separator: ", ") ?? "the account's methods"
            lines.append(
                "      multi-factor authentication by Access: \(methods)" + (mfa.session.map { ", \($0)" } ?? ""))
        }
        return lines
    }

    private static func lines(_ application: Application) -> [String] {
        var lines = [
            "  Access application '\(application.name)' for \(application.domain), session \(application.session)",
            "      policies: \(application.policies.map { "'\($0.name)'" }.joined(separator: ", "))",
        ]
        if let providers = application.providers {
            lines.append("      identity providers: \(providers.joined(separator: ", "))")
        }
        if let oauth = application.oauth {
            let addresses = ["this computer"] + oauth.registration.redirectURIs
            lines.append("      managed OAuth, for clients on \(addresses.joined(separator: ", "))")
        }
        return lines
    }

    private static func list(_ rules: [RemoteRule]) -> String {
        rules.map(\.text).joined(separator: ", ")
    }
}

extension RemoteRule {
    /// The rule as a person reads it: `country DE`.
    fileprivate var text: String {
        let words = [
            "email_domain": "emails ending in @", "geo": "country ", "ip": "address ", "login_method": "log-in by ",
            "auth_method": "authentication method ", "service_token": "service token ", "group": "group ",
            "device_posture": "device posture ", "github-organization": "GitHub organization ", "email": "email ",
            "everyone": "everyone", "any_valid_service_token": "any service token",
        ]
        // One field, or the organization and its team.
        let values = fields.sorted { $0.key < $1.key }.map(\.value).joined(separator: "/")
        return (words[selector] ?? selector + " ") + (selector == "group" ? "'\(values)'" : values)
    }
}

extension String {
    fileprivate var capitalised: String { prefix(1).uppercased() + dropFirst() }
}

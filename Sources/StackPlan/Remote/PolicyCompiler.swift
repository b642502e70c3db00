// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

/// Compiles a policy of the language into what Access has: reusable policies, and groups where one of several rules
/// must hold beside others.
///
/// An alternative of `allow` is a conjunction of clauses, each of them a disjunction of rules. Access can say one
/// disjunction (`include`) and any number of single rules (`require`), so one clause becomes `include`, a clause of
/// one rule is required as it is, and every other becomes a group that is required.
struct PolicyCompiler {
    let policy: AccessPolicy
    private(set) var groups: [RemotePlan.Group] = []
    private(set) var policies: [RemotePlan.Policy] = []

    init(_ policy: AccessPolicy) {
        self.policy = policy
        // Access looks at policies for tokens first, wherever they stand.
        tokens()
        for (index, alternative) in policy.allow.enumerated() {
            people(alternative, number: policy.allow.count > 1 ? index + 1 : nil)
        }
    }

    /// One of its rules must hold.
    private struct Clause {
        /// What the rules are about, for the name of a group.
        var topic: String
        var rules: [RemoteRule]
    }

    // MARK: The two kinds of policies

    private mutating func people(_ alternative: AccessRules, number: Int?) {
        var clauses = clauses(alternative, groupsAreAlternatives: true)
        if let require = policy.require { clauses += self.clauses(require, groupsAreAlternatives: false) }
        clauses += exceptedCountries
        // Clauses about people come first; Access wants one as `include` ("Enforce MFA" in its manual).
        var include = [RemoteRule.everyone]
        if alternative.everyone == nil, let first = clauses.first {
            include = first.rules
            clauses.removeFirst()
        }
        var result = RemotePlan.Policy(
            name(number.map { "allow \($0)" } ?? "allow"), .allow, include: include, require: required(clauses),
            exclude: policy.exclude.map { Self.all($0) } ?? [])
        if let purpose = policy.purpose {
            result.purposeRequired = true
            result.purposePrompt = purpose.question
        }
        if !policy.approvals.isEmpty {
            result.approvalRequired = true
            result.approvalGroups = policy.approvals.map { approval in
                RemotePlan.ApprovalGroup(needed: approval.needed, addresses: approval.emails.map(\.value))
            }
        }
        if let mfa = policy.accessMFA {
            result.mfa = RemotePlan.MFA(
                methods: mfa.methods.isEmpty ? nil : mfa.methods.map(Self.word), session: mfa.session.map(\.accessText))
        }
        policies.append(result)
    }

    /// A token gets in by a policy of its own; what is about people cannot be asked of it.
    private mutating func tokens() {
        let include: [RemoteRule]
        switch policy.serviceTokens {
        case nil: return
        case .any: include = [.anyServiceToken]
        case .named(let names): include = names.map { .serviceToken($0.value) }
        }
        var clauses = exceptedCountries
        if let require = policy.require {
            clauses += self.clauses(Self.impersonal(require), groupsAreAlternatives: false)
        }
        policies.append(
            RemotePlan.Policy(
                name("service tokens"), .nonIdentity, include: include, require: required(clauses),
                exclude: policy.exclude.map { Self.all(Self.impersonal($0)) } ?? []))
    }

    // MARK: Clauses

    private func clauses(_ rules: AccessRules, groupsAreAlternatives: Bool) -> [Clause] {
        let addresses = Self.addresses(rules)
        let groups = rules.groups.map { RemoteRule.group($0.value) }
        let organizations = rules.gitHubOrganizations.map { RemoteRule.organization($0.value) }
        var clauses = [Clause(topic: "addresses", rules: addresses)]
        if groupsAreAlternatives {
            clauses.append(Clause(topic: "groups", rules: groups))
            clauses.append(Clause(topic: "organizations", rules: organizations))
        } else {
            clauses += (groups + organizations).map { Clause(topic: "groups", rules: [$0]) }
        }
        clauses.append(
            Clause(topic: "identity providers", rules: rules.identityProviders.map { .provider($0.value) }))
        clauses.append(Clause(topic: "countries", rules: rules.countries.map { .country($0.value) }))
        clauses.append(Clause(topic: "networks", rules: rules.networks.map { .network($0.value) }))
        clauses += rules.devicePostures.map { Clause(topic: "devices", rules: [.devicePosture($0.value)]) }
        if rules.mfa != nil { clauses.append(Clause(topic: "mfa", rules: [.mfa])) }
        return clauses.filter { !$0.rules.isEmpty }
    }

    /// "Not from elsewhere" is "from one of these".
    private var exceptedCountries: [Clause] {
        let codes = policy.exclude?.countriesExcept ?? []
        return codes.isEmpty ? [] : [Clause(topic: "countries", rules: codes.map { .country($0.value) })]
    }

    private static func addresses(_ rules: AccessRules) -> [RemoteRule] {
        rules.emails.map { .email($0.value) } + rules.emailDomains.map { .emailDomain($0.value) }
    }

    /// Every rule that the keys of `exclude` name.
    private static func all(_ rules: AccessRules) -> [RemoteRule] {
        var result = addresses(rules)
        result += rules.groups.map { .group($0.value) }
        result += rules.gitHubOrganizations.map { .organization($0.value) }
        result += rules.identityProviders.map { .provider($0.value) }
        result += rules.countries.map { .country($0.value) }
        result += rules.networks.map { .network($0.value) }
        result += rules.devicePostures.map { .devicePosture($0.value) }
        return result
    }

    /// What can be asked of a token, which is nobody.
    private static func impersonal(_ rules: AccessRules) -> AccessRules {
        var rules = rules
        rules.emails = []
        rules.emailDomains = []
        rules.gitHubOrganizations = []
        rules.identityProviders = []
        rules.mfa = nil
        return rules
    }

    // MARK: Groups

    private mutating func required(_ clauses: [Clause]) -> [RemoteRule] {
        var result: [RemoteRule] = []
        for clause in clauses {
            let rule = clause.rules.count == 1 ? clause.rules[0] : group(clause)
            if !result.contains(rule) { result.append(rule) }
        }
        return result
    }

    /// The group for a clause, which policies share where they ask for the same.
    private mutating func group(_ clause: Clause) -> RemoteRule {
        if let group = groups.first(where: { $0.include == clause.rules }) { return .group(group.name) }
        var name = name(clause.topic)
        let others = groups.filter { $0.name.hasPrefix(name) }.count
        if others > 0 { name += " \(others + 1)" }
        groups.append(RemotePlan.Group(name: name, include: clause.rules))
        return .group(name)
    }

    private func name(_ topic: String) -> String {
        "mcp-stack \(policy.name.value): \(topic)"
    }

    private static func word(_ method: AccessMFA.Method) -> String {
        switch method {
        case .totp: "totp"
        case .securityKey: "security_key"
        case .biometrics: "biometrics"
        }
    }
}

extension Duration {
    /// The duration as Access reads it, in hours or minutes.
    var accessText: String {
        let minutes = components.seconds / 60
        return minutes % 60 == 0 && minutes > 0 ? "\(minutes / 60)h" : "\(minutes)m"
    }
}

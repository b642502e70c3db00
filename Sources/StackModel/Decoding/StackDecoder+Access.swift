// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

/// The policies of a stack file, and the names of those that cannot be used as well.
struct DecodedPolicies {
    var policies: [AccessPolicy] = []
    var names: [Located<String>] = []
}

extension StackDecoder {
    func policies(_ node: Node) -> DecodedPolicies {
        guard case .mapping(let pairs) = node.content else {
            findings.wrongType("a mapping of names to policies", node)
            return DecodedPolicies()
        }
        for pair in pairs where pair.key == "public" || !Hostname.isServerName(pair.key) {
            findings.error(
                .invalidValue,
                pair.key == "public"
                    ? "'public' is what routes say that have no policy"
                    : "a policy's name has 1 to 32 lower-case letters, digits and '-', with no '-' at either end",
                at: pair.keyRange)
        }
        return DecodedPolicies(
            policies: pairs.compactMap(policy), names: pairs.map { Located($0.key, at: $0.keyRange) })
    }

    /// Holds the names that routes use against the names of the policies.
    func checkNames(_ access: DecodedPolicies, _ uses: [Located<Route.Access>]) {
        let names = access.names.map(\.value)
        var used: Set<String> = []
        var reported: [SourceRange] = []
        for use in uses {
            guard case .policy(let name) = use.value else { continue }
            used.insert(name)
            guard !names.contains(name), !reported.contains(use.range) else { continue }
            reported.append(use.range)
            findings.error(
                .unknownPolicy, "there is no policy '\(name)' in this stack", at: use.range,
                hint: Spelling.closest(to: name, among: names + ["public"]).map { "did you mean '\($0)'?" }
                    ?? "write it under the top-level 'access', or 'access: public' when everybody may")
        }
        // A server that cannot be read may be the one that uses it.
        guard findings.errorCount == 0 else { return }
        for name in access.names where !used.contains(name.value) {
            findings.warning(
                .unusedPolicy, "nothing uses the policy '\(name.value)'", at: name.range,
                hint: "write 'access: \(name.value)' into a server, a route or the defaults, or take it out")
        }
    }

    private func policy(_ pair: Node.Pair) -> AccessPolicy? {
        guard var map = MappingReader(pair.value, Language.policy, "policy '\(pair.key)'", findings) else { return nil }
        defer { map.finish() }
        refuseBlock(&map, pair.value)
        let allow =
            map.require(
                "allow", hint: "say who may: allow: { emails-ending-in: [\"@example.com\"] }"
            ).map(self.allow) ?? []
        var policy = AccessPolicy(
            name: Located(pair.key, at: pair.keyRange), allow: allow,
            require: map.take("require").flatMap { rules($0, Language.require) },
            exclude: map.take("exclude").flatMap { rules($0, Language.exclude) },
            identityProviders: values(map.take("identity-providers"), identityProvider),
            session: AccessPolicy.defaultSession, approvals: [])
        policy.serviceTokens = map.take("service-tokens").flatMap(serviceTokens)
        if let session = map.take("session").flatMap({ self.session($0, limit: 730) }) { policy.session = session }
        policy.accessMFA = map.take("access-mfa").flatMap(accessMFA)
        policy.oauth = map.take("oauth").flatMap(oauth)
        policy.purpose = map.take("purpose").flatMap(purpose)
        policy.approvals = map.take("approval").map(approvals) ?? []
        let errors = findings.errorCount
        policy.verification = verification(&map)
        policy.isVerificationDamaged = findings.errorCount > errors
        return policy
    }

    private func allow(_ node: Node) -> [AccessRules] {
        guard case .sequence(let items) = node.content else {
            return rules(node, Language.allow).map { [$0] } ?? []
        }
        if items.isEmpty {
            findings.error(.invalidValue, "an empty list means nobody", at: node.range)
        }
        return items.compactMap { rules($0, Language.allow) }
    }

    /// A rule of its own against somebody, as the dashboard has it, is what `exclude` says.
    private func refuseBlock(_ map: inout MappingReader, _ node: Node) {
        guard case .mapping(let pairs) = node.content, let block = pairs.first(where: { $0.key == "block" }) else {
            return
        }
        var isEverybody = false
        if case .mapping(let rules) = block.value.content { isEverybody = rules.contains { $0.key == "everyone" } }
        if case .scalar = block.value.content { isEverybody = true }
        map.refuse(
            "block", .blockRule,
            isEverybody
                ? "nothing has to block everybody else: who is not allowed is denied, and a block that comes first "
                    + "denies everybody"
                : "whom a policy keeps out stands under 'exclude'",
            hint: isEverybody
                ? "leave it out" : "write 'exclude: { countries: [...] }', or 'countries-except' for all others")
    }

    private func serviceTokens(_ node: Node) -> ServiceTokens? {
        if case .scalar(let scalar) = node.content, scalar.text == "any" { return .any }
        let names = values(node, name)
        return names.isEmpty ? nil : .named(names)
    }

    /// A time that Cloudflare's format can write and its log-ins can last.
    private func session(_ node: Node, limit hours: Int) -> Duration? {
        guard let duration = node.duration(findings) else { return nil }
        let seconds = duration.components.seconds
        if duration == .seconds(seconds), seconds % 60 == 0, seconds <= hours * 3600 { return duration }
        findings.error(
            .invalidValue, "a session lasts whole minutes or hours, and at most \(hours)h", at: node.range,
            hint: "write it like 30m, 24h or 7d; 0s asks every time")
        return nil
    }

    private func accessMFA(_ node: Node) -> AccessMFA? {
        guard case .mapping = node.content else {
            return node.bool(findings) == true ? AccessMFA(methods: [], session: nil) : nil
        }
        guard var map = MappingReader(node, Language.accessMFA, "'access-mfa'", findings) else { return nil }
        defer { map.finish() }
        let methods = values(map.take("methods")) { $0.choice(findings, AccessMFA.Method.self) }.map(\.value)
        return AccessMFA(methods: methods, session: map.take("session").flatMap { session($0, limit: 720) })
    }

    private func oauth(_ node: Node) -> ManagedOAuth? {
        guard case .mapping = node.content else {
            return node.bool(findings) == true ? ManagedOAuth(redirectURIs: []) : nil
        }
        guard var map = MappingReader(node, Language.oauth, "'oauth'", findings) else { return nil }
        defer { map.finish() }
        let addresses = values(map.require("redirect-uris")) { node -> String? in
            guard let text = node.line(findings) else { return nil }
            if Pattern.matches(text, "^[a-z][a-z0-9+.-]*://.+$") { return text }
            findings.error(
                .invalidValue, "expected an address with its scheme", at: node.range,
                hint: "write it like https://claude.ai/api/mcp/auth_callback")
            return nil
        }
        return ManagedOAuth(redirectURIs: addresses.map(\.value))
    }

    private func purpose(_ node: Node) -> Purpose? {
        if case .bool(let isOn) = node.coreValue { return isOn ? Purpose(question: nil) : nil }
        return name(node).map { Purpose(question: $0) }
    }

    private func approvals(_ node: Node) -> [Approval] {
        guard case .sequence(let items) = node.content else { return approval(node).map { [$0] } ?? [] }
        if items.isEmpty {
            findings.error(.invalidValue, "an empty list means nobody", at: node.range, hint: "leave the key out")
        }
        return items.compactMap(approval)
    }

    private func approval(_ node: Node) -> Approval? {
        guard var map = MappingReader(node, Language.approval, "'approval'", findings) else { return nil }
        defer { map.finish() }
        let list = map.require("emails")
        let emails = values(list, email)
        let needed = map.take("needed").flatMap { $0.int(findings, in: 1...100) } ?? 1
        if !emails.isEmpty, needed > emails.count {
            findings.error(
                .contradiction, "\(needed) must agree, and there are only \(emails.count)", at: node.range)
        }
        return Approval(emails: emails, needed: needed)
    }

    private func verification(_ map: inout MappingReader) -> AccessVerification? {
        let team = map.takePair("team-name")
        let audience = map.takePair("audience")
        let teamName = team.flatMap { self.teamName($0.value) }
        let audiences = audience.map { self.audiences($0.value) } ?? []
        if let lone = team ?? audience, (team == nil) != (audience == nil) {
            let missing = team == nil ? "team-name" : "audience"
            guard !map.isProbablyMisspelt(missing) else { return nil }
            findings.error(
                .missingKey, "'\(lone.key)' needs '\(missing)'", at: lone.keyRange,
                hint: "the connector checks a log-in against both")
        }
        guard let teamName, !audiences.isEmpty else { return nil }
        return AccessVerification(teamName: teamName, audiences: audiences)
    }

    private func teamName(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        if AccessVerification.isTeamName(text) { return text }
        let parts = text.split(separator: "/").last.map { $0.split(separator: ".") } ?? []
        let isAddress = text.contains("cloudflareaccess.com") && parts.count == 3
        findings.error(
            .invalidValue, "expected the name of a Zero Trust team", at: node.range,
            hint: isAddress ? "write '\(parts[0])'" : "it is NAME of NAME.cloudflareaccess.com")
        return nil
    }

    private func audiences(_ node: Node) -> [String] {
        let nodes: [Node]
        if case .sequence(let items) = node.content { nodes = items } else { nodes = [node] }
        if nodes.isEmpty {
            findings.error(.invalidValue, "an empty list means nobody", at: node.range, hint: "leave the key out")
        }
        return nodes.compactMap { node in
            guard let text = node.line(findings) else { return nil }
            if AccessVerification.isAudience(text) { return text.lowercased() }
            findings.error(
                .invalidValue, "expected an audience tag, 64 hexadecimal digits", at: node.range,
                hint: "it is in the overview of the Access application in the dashboard")
            return nil
        }
    }
}

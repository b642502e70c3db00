// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

extension StackDecoder {
    /// The rules under `allow`, `require` or `exclude`.
    func rules(_ node: Node, _ section: LanguageSection) -> AccessRules? {
        guard var map = MappingReader(node, section, "'\(section.name)'", findings) else { return nil }
        let errors = findings.errorCount
        for key in ["service-tokens", "any-service-token"] {
            map.refuse(
                key, .serviceTokenRule, "somebody who logs in never has a service token",
                hint: "write 'service-tokens: [NAME]' beside 'allow': tokens then get in without a log-in")
        }
        var rules = AccessRules(range: node.range)
        rules.emails = values(map.take("emails"), email)
        rules.emailDomains = values(map.take("emails-ending-in")) { node in
            emailDomain(node, isAdmitting: section.name != "exclude")
        }
        rules.groups = values(map.take("groups"), name)
        rules.gitHubOrganizations = values(map.take("github-organizations"), gitHubOrganization)
        rules.identityProviders = values(map.take("identity-providers"), identityProvider)
        rules.countries = values(map.take("countries"), country)
        rules.networks = values(map.take("ips"), network)
        rules.devicePostures = values(map.take("device-posture"), name)
        if section.has("everyone") { rules.everyone = flag(map.takePair("everyone")) }
        if section.has("mfa") { rules.mfa = flag(map.takePair("mfa")) }
        if section.has("countries-except") {
            rules.countriesExcept = values(map.take("countries-except"), country)
        }
        map.finish()
        if case .mapping(let pairs) = node.content, pairs.isEmpty {
            findings.error(.invalidValue, "'\(section.name)' says nothing", at: node.range)
        }
        rules.isDamaged = findings.errorCount > errors
        return rules
    }

    /// The values of a list; one that is none, or empty, is reported.
    func values<Value>(_ node: Node?, _ read: (Node) -> Value?) -> [Located<Value>] {
        guard let node else { return [] }
        if case .scalar(let scalar) = node.content, node.coreValue != .null {
            findings.wrongType("a list", node, hint: "write it like [\(scalar.text)]")
            return []
        }
        guard let items = node.items(findings) else { return [] }
        if items.isEmpty {
            findings.error(.invalidValue, "an empty list means nobody", at: node.range, hint: "leave the key out")
        }
        return items.compactMap { item in read(item).map { Located($0, at: item.range) } }
    }

    /// Where a key is `true`; nothing else can be said.
    private func flag(_ pair: Node.Pair?) -> SourceRange? {
        guard let pair, let isOn = pair.value.bool(findings) else { return nil }
        if isOn { return pair.keyRange }
        findings.error(.invalidValue, "'\(pair.key)' can only be true", at: pair.value.range, hint: "leave it out")
        return nil
    }

    func name(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        guard !text.isEmpty else {
            findings.error(.invalidValue, "a name cannot be empty", at: node.range)
            return nil
        }
        return text
    }

    func email(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        if EmailAddress.isValid(text) { return text.lowercased() }
        let domain =
            text.hasPrefix("@") ? String(text.dropFirst()) : text.hasPrefix("*@") ? String(text.dropFirst(2)) : text
        findings.error(
            .invalidValue, "expected the address of one person", at: node.range,
            hint: EmailAddress.isDomain(domain)
                ? "everybody there is 'emails-ending-in: [\"@\(domain)\"]'" : "write it like somebody@example.com")
        return nil
    }

    private func emailDomain(_ node: Node, isAdmitting: Bool) -> String? {
        guard let text = node.line(findings) else { return nil }
        let domain = (text.hasPrefix("@") ? String(text.dropFirst()) : text).lowercased()
        guard EmailAddress.isDomain(domain) else {
            findings.error(
                .invalidValue, "expected the domain of addresses", at: node.range,
                hint: EmailAddress.isValid(text)
                    ? "one person goes under 'emails'" : "write it like \"@example.com\"; a '*' cannot stand here")
            return nil
        }
        if isAdmitting, EmailAddress.openDomains.contains(domain) {
            findings.warning(
                .openPolicy, "anybody can have an address at '\(domain)'", at: node.range,
                hint: "name the people under 'emails'")
        }
        return domain
    }

    private func country(_ node: Node) -> String? {
        guard let text = node.string(findings) else { return nil }
        if Country.isCode(text) { return text }
        findings.error(
            .invalidValue, "'\(text)' is not the code of a country", at: node.range, hint: Country.remedy(for: text))
        return nil
    }

    /// An address or network, always with a prefix length, which is how the API gives it back.
    private func network(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        guard IPAddress.isNetwork(text) else {
            findings.error(
                .invalidValue, "expected an IP address or a network such as 203.0.113.0/24", at: node.range)
            return nil
        }
        return text.contains("/") ? text : text + (text.contains(":") ? "/128" : "/32")
    }

    func identityProvider(_ node: Node) -> IdentityProvider? {
        guard let text = name(node) else { return nil }
        let provider = IdentityProvider(text)
        let kinds = IdentityProvider.Kind.allCases.map(\.rawValue)
        if provider.kind == nil, let kind = Spelling.closest(to: text, among: kinds) {
            findings.warning(
                .invalidValue, "'\(text)' is no kind of identity provider, and is taken for the name of one",
                at: node.range, hint: "did you mean '\(kind)'?")
        }
        return provider
    }

    private func gitHubOrganization(_ node: Node) -> GitHubOrganization? {
        guard let text = name(node) else { return nil }
        if let organization = GitHubOrganization(text) { return organization }
        findings.error(
            .invalidValue, "expected the name of an organization at GitHub", at: node.range,
            hint: "write it like acme, or acme/admins for a team")
        return nil
    }
}

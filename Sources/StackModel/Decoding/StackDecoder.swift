// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

/// Decodes the tree of a stack file into a `Stack`, and reports everything that is wrong with it in one pass.
///
/// One bad server does not hide the others: a part that cannot be decoded is left out of the result, which is
/// then only used for further checks.
struct StackDecoder {
    let findings: Findings

    init(_ findings: Findings) {
        self.findings = findings
    }

    func stack(from root: Node) -> Stack? {
        guard var map = MappingReader(root, Language.stack, "the stack file", findings) else { return nil }
        version(&map)
        let domain = map.take("domain").map { hostname($0, mayBeWildcard: false) ?? Self.unusableDomain }
        let tunnel = map.require("tunnel", hint: "write 'tunnel: { mode: local }' to try it without an account")
            .flatMap(self.tunnel)
        let defaults = map.take("defaults").map(self.defaults) ?? SettingsFragment()
        let servers = map.require("servers").map { self.servers($0, defaults, domain: domain, tunnel) } ?? []
        let cloudflare = map.take("cloudflare").flatMap(self.cloudflare)
        let access = map.take("access").map(policies) ?? DecodedPolicies()
        map.refuse("status", hint: "a server with 'builtin: status' answers questions about the stack over MCP")
        map.finish()
        checkNames(access, servers.flatMap(\.routes).map(\.access) + [defaults.access].compactMap(\.self))
        return tunnel.map {
            Stack(tunnel: $0, servers: servers, policies: access.policies, cloudflare: cloudflare)
        }
    }

    /// Stands for a domain that was reported as wrong, so that the servers below it are not reported as well.
    static let unusableDomain = "invalid"

    private func version(_ map: inout MappingReader) {
        guard let node = map.require("version", hint: "write 'version: 1'") else { return }
        guard case .int(let version) = node.coreValue else { return findings.wrongType("the number 1", node) }
        if version != Language.version {
            findings.error(
                .unknownVersion, "version \(version) of the language is not known to this program", at: node.range,
                hint: "this program reads version \(Language.version)")
        }
    }

    private func defaults(_ node: Node) -> SettingsFragment {
        guard var map = MappingReader(node, Language.defaults, "'defaults'", findings) else {
            return SettingsFragment()
        }
        var fragment = SettingsFragment(&map, findings)
        fragment.access = map.takePair("access").flatMap(access)
        map.finish()
        return fragment
    }

    func hostname(_ node: Node, mayBeWildcard: Bool) -> String? {
        guard let text = node.line(findings) else { return nil }
        guard let problem = Hostname.problem(with: text) else {
            if mayBeWildcard || !text.hasPrefix("*") { return text }
            findings.error(.invalidValue, "a wildcard cannot stand here", at: node.range)
            return nil
        }
        let (message, hint): (String, String?) =
            switch problem {
            case .port: ("a host name has no port", "leave the ':PORT' out")
            case .scheme: ("a host name has no scheme", "leave the 'https://' out")
            case .path: ("a host name has no path", "write the path as a route's 'path', a regular expression")
            case .trailingDot: ("a host name with a trailing dot never matches", "leave the dot out")
            case .upperCase: ("a host name with upper-case letters never matches", "write '\(text.lowercased())'")
            case .wildcard: ("a '*' can only stand alone in front", "write it like '*.example.com'")
            case .length: ("a part between dots must have 1 to 63 characters, the whole at most 253", nil)
            case .international(let ascii): ("a host name in DNS has only ASCII letters", "write '\(ascii)'")
            case .character: ("a host name has only letters, digits, '-' and '.'", nil)
            }
        findings.error(.invalidValue, message, at: node.range, hint: hint)
        return nil
    }

    /// The name in `{ credential: NAME }`.
    func credential(_ node: Node, _ subject: String, hint: String) -> Located<String>? {
        guard case .mapping = node.content else {
            findings.error(
                .wrongType, "expected the name of a credential, not a value", at: node.range, hint: hint)
            return nil
        }
        guard var map = MappingReader(node, Language.credential, subject, findings) else { return nil }
        defer { map.finish() }
        return map.require("credential").flatMap(credentialName)
    }

    /// The name of a credential, checked.
    func credentialName(_ node: Node) -> Located<String>? {
        guard let name = node.line(findings) else { return nil }
        guard CredentialName.isValid(name) else {
            findings.error(.invalidValue, CredentialName.rule, at: node.range)
            return nil
        }
        return Located(name, at: node.range)
    }
}

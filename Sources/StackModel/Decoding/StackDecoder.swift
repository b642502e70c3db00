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
        guard var map = MappingReader(root, "the stack file", findings) else { return nil }
        version(&map)
        let domain = map.take("domain").map { hostname($0, mayBeWildcard: false) ?? Self.unusableDomain }
        let tunnel = map.require("tunnel", hint: "write 'tunnel: { mode: local }' to try it without an account")
            .flatMap(self.tunnel)
        let defaults = map.take("defaults").map(self.defaults) ?? SettingsFragment()
        let servers = map.require("servers").map { self.servers($0, defaults, domain: domain) } ?? []
        map.refuse("cloudflare")
        map.refuse("access", hint: "until then a route can only be 'access: public'")
        map.refuse("status", hint: "a server with 'builtin: status' answers questions about the stack over MCP")
        map.finish()
        return tunnel.map { Stack(tunnel: $0, servers: servers) }
    }

    /// Stands for a domain that was reported as wrong, so that the servers below it are not reported as well.
    static let unusableDomain = "invalid"

    private func version(_ map: inout MappingReader) {
        guard let node = map.require("version", hint: "write 'version: 1'") else { return }
        guard case .int(let version) = node.coreValue else { return findings.wrongType("the number 1", node) }
        if version != 1 {
            findings.error(
                .unknownVersion, "version \(version) of the language is not known to this program", at: node.range,
                hint: "this program reads version 1")
        }
    }

    private func defaults(_ node: Node) -> SettingsFragment {
        guard var map = MappingReader(node, "'defaults'", findings) else { return SettingsFragment() }
        let fragment = SettingsFragment(&map, findings)
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
            case .trailingDot: ("a host name with a trailing dot never matches", "leave the dot out")
            case .upperCase: ("a host name with upper-case letters never matches", "write '\(text.lowercased())'")
            case .wildcard: ("a '*' can only stand alone in front", "write it like '*.example.com'")
            case .length: ("a part between dots must have 1 to 63 characters, the whole at most 253", nil)
            case .character: ("a host name has only letters, digits, '-' and '.'", nil)
            }
        findings.error(.invalidValue, message, at: node.range, hint: hint)
        return nil
    }

    // MARK: Tunnel

    private enum Mode: String, CaseIterable {
        case named, quick, local
    }

    private func tunnel(_ node: Node) -> Tunnel? {
        guard var map = MappingReader(node, "'tunnel'", findings) else { return nil }
        defer { map.finish() }
        guard let modeNode = map.require("mode", hint: "write 'mode: named' or 'mode: local'") else {
            _ = namedTunnel(&map)
            return nil
        }
        switch modeNode.choice(findings, Mode.self) {
        case .named:
            return namedTunnel(&map).map(Tunnel.named)
        case .local:
            for key in ["name", "id", "credentials", "protocol", "token"] {
                guard let pair = map.takePair(key) else { continue }
                findings.error(.contradiction, "'\(key)' means nothing with 'mode: local'", at: pair.keyRange)
            }
            return .local
        case .quick:
            findings.error(
                .notSupportedYet, "quick tunnels are not supported yet", at: modeNode.range,
                hint: "'mode: local' runs the stack without an account")
            return nil
        case nil:
            return nil
        }
    }

    private func namedTunnel(_ map: inout MappingReader) -> NamedTunnel? {
        map.refuse("name", hint: "give 'id' and 'credentials' of an existing tunnel (cloudflared tunnel create)")
        map.refuse("token")
        let id = map.require("id", hint: "'cloudflared tunnel list' shows it").flatMap(tunnelID)
        let credentials = map.require(
            "credentials", hint: "the path of the JSON file that 'cloudflared tunnel create' wrote"
        ).flatMap { node in node.absolutePath(findings).map { Located($0, at: node.range) } }
        let transportProtocol = map.take("protocol").map {
            $0.choice(findings, NamedTunnel.TransportProtocol.self) ?? .auto
        }
        guard let id, let credentials else { return nil }
        return NamedTunnel(id: id, credentials: credentials, transportProtocol: transportProtocol ?? .auto)
    }

    private func tunnelID(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        let isUUID =
            groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
        guard isUUID else {
            findings.error(
                .invalidValue, "expected the tunnel's UUID", at: node.range,
                hint: "'cloudflared tunnel list' shows it; a tunnel token belongs nowhere in this file")
            return nil
        }
        return text.lowercased()
    }
}

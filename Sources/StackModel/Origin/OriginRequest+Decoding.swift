// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

extension OriginRequest {
    /// Reads `origin:`; what is wrong is reported and left out.
    init(decoding node: Node, _ findings: Findings) {
        self.init()
        guard var map = MappingReader(node, Language.origin, "'origin'", findings) else { return }
        map.refuse(
            "access", .contradiction, "who may use a server stands under its own 'access'",
            hint: "name a policy there; every rule then gets cloudflared's check of the Access token, "
                + "which cloudflared ignores where it stands for all rules at once")
        for key in Key.allCases {
            guard let pair = map.takePair(key.rawValue), let value = Self.value(pair.value, key, findings) else {
                continue
            }
            values[key] = Located(value, at: pair.keyRange)
        }
        map.finish()
    }

    private static func value(_ node: Node, _ key: Key, _ findings: Findings) -> Value? {
        switch key.languageValue {
        case .duration: return node.duration(findings).map(Value.duration)
        case .boolean: return node.bool(findings).map(Value.boolean)
        case .number(let range): return node.int(findings, in: range).map(Value.number)
        case .path: return node.absolutePath(findings).map(Value.text)
        case .text where key == .httpHostHeader || key == .originServerName: return host(node, findings).map(Value.text)
        case .list: return rules(node, findings).map(Value.rules)
        case .word(let words):
            guard let text = node.line(findings) else { return nil }
            if words.contains(text) { return .text(text) }
            findings.error(.invalidValue, "expected 'socks' or nothing", at: node.range)
            return nil
        default:
            return node.line(findings).map(Value.text)
        }
    }

    /// A host name or an address, perhaps with a port.
    private static func host(_ node: Node, _ findings: Findings) -> String? {
        guard let text = node.line(findings) else { return nil }
        if Pattern.matches(text, "^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])?(:[0-9]{1,5})?$") { return text }
        findings.error(.invalidValue, "expected a host name, perhaps with a port", at: node.range)
        return nil
    }

    private static func rules(_ node: Node, _ findings: Findings) -> [AddressRule]? {
        guard let items = node.items(findings) else { return nil }
        return items.compactMap { item in
            guard var map = MappingReader(item, Language.addressRule, "an entry of 'ipRules'", findings) else {
                return nil
            }
            defer { map.finish() }
            let prefixNode = map.require("prefix")
            let ports = map.take("ports").flatMap { $0.items(findings) } ?? []
            let isAllowed = map.take("allow").flatMap { $0.bool(findings) } ?? false
            guard let prefixNode, let prefix = prefixNode.line(findings) else { return nil }
            guard IPAddress.isNetwork(prefix), prefix.contains("/") else {
                findings.error(
                    .invalidValue, "expected a network such as 192.168.1.0/24", at: prefixNode.range)
                return nil
            }
            return AddressRule(
                prefix: prefix, ports: ports.compactMap { $0.int(findings, in: 0...65535) }, isAllowed: isAllowed)
        }
    }
}

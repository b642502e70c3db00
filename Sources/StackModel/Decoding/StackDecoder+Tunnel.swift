// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML
internal import UnitFile

extension StackDecoder {
    private enum Mode: String, CaseIterable {
        case named, quick, local
    }

    func tunnel(_ node: Node) -> Tunnel? {
        guard var map = MappingReader(node, Language.tunnel, "'tunnel'", findings) else { return nil }
        defer { map.finish() }
        guard let modeNode = map.require("mode", hint: "write 'mode: named' or 'mode: local'") else {
            _ = namedTunnel(&map)
            return nil
        }
        switch modeNode.choice(findings, Mode.self) {
        case .named:
            return namedTunnel(&map).map(Tunnel.named)
        case .local:
            refuse(["name", "id", "credentials", "token", "protocol", "replica"], with: "mode: local", &map)
            return .local
        case .quick:
            refuse(["name", "id", "credentials", "token", "replica"], with: "mode: quick", &map)
            return .quick(transportProtocol(&map))
        case nil:
            return nil
        }
    }

    private func refuse(_ keys: [String], with mode: String, _ map: inout MappingReader) {
        for pair in keys.compactMap({ map.takePair($0) }) {
            findings.error(.contradiction, "'\(pair.key)' means nothing with '\(mode)'", at: pair.keyRange)
        }
    }

    private func transportProtocol(_ map: inout MappingReader) -> Tunnel.TransportProtocol {
        map.take("protocol").flatMap { $0.choice(findings) } ?? .auto
    }

    private func namedTunnel(_ map: inout MappingReader) -> NamedTunnel? {
        let id = map.takePair("id")
        let name = map.takePair("name")
        let credentials = map.takePair("credentials")
        let token = map.takePair("token")
        let transportProtocol = transportProtocol(&map)
        let isReplica = map.take("replica").flatMap { $0.bool(findings) } ?? false
        exclude(id, name)
        exclude(credentials, token)
        let reference =
            id.map { pair in tunnelID(pair.value).map { Located($0, at: pair.value.range) } }
            ?? name.map { pair in tunnelName(pair.value).map { Located($0, at: pair.value.range) } }
        if id == nil, name == nil, token == nil, !map.isProbablyMisspelt("id"), !map.isProbablyMisspelt("name") {
            findings.error(
                .missingKey, "'tunnel' needs 'id', 'name' or 'token'", at: map.range,
                hint: "'cloudflared tunnel list' shows both")
        }
        guard let proof = proof(credentials, token, &map) else { return nil }
        // A reference that is there and wrong was reported.
        if case .some(.none) = reference { return nil }
        if case .token = proof, let token {
            findings.warning(
                .routesFromDashboard,
                "a tunnel made in Cloudflare's dashboard takes its routes from there, not from this file",
                at: token.keyRange,
                hint: "a tunnel made by 'cloudflared tunnel create' keeps to this file, with its token too")
        }
        return NamedTunnel(
            reference: reference ?? nil, credentials: proof, transportProtocol: transportProtocol,
            isReplica: isReplica)
    }

    private func exclude(_ first: Node.Pair?, _ second: Node.Pair?) {
        guard let first, let second else { return }
        findings.add(
            Diagnostic(
                .error, .contradiction, "'\(first.key)' and '\(second.key)' exclude each other", at: second.keyRange,
                notes: [.init("'\(first.key)' stands here", at: first.keyRange)]))
    }

    private func proof(
        _ credentials: Node.Pair?, _ token: Node.Pair?, _ map: inout MappingReader
    ) -> NamedTunnel.Credentials? {
        if let token {
            return credential(
                token.value, "'token'",
                hint: "write 'token: { credential: tunnel-token }' and give it to 'mcp-stack secret set tunnel-token'"
            ).map(NamedTunnel.Credentials.token)
        }
        guard let node = credentials?.value else {
            if !map.isProbablyMisspelt("credentials") {
                findings.error(
                    .missingKey, "'tunnel' needs 'credentials' or 'token'", at: map.range,
                    hint: "'credentials' is the path of the JSON file that 'cloudflared tunnel create' wrote")
            }
            return nil
        }
        if case .mapping = node.content {
            return credential(node, "'credentials'", hint: "").map(NamedTunnel.Credentials.credential)
        }
        guard let path = node.absolutePath(findings) else { return nil }
        // systemd takes the rest of a line for the path, less the white space and the backslash at its end, and only
        // one in its normal form (`config_parse_load_credential()`); a folder would become a credential for each file.
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if let last = path.unicodeScalars.last,
            " \t\\".unicodeScalars.contains(last) || parts.dropFirst().contains(where: \.isEmpty)
        {
            findings.error(
                .invalidValue, "expected the path of a file, with single slashes and no space or backslash at its end",
                at: node.range)
            return nil
        }
        return .file(Located(path, at: node.range))
    }

    private func tunnelID(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        if NamedTunnel.isUUID(text) { return text.lowercased() }
        if Self.isToken(text) {
            reportToken(node)
        } else {
            findings.error(
                .invalidValue, "expected the tunnel's UUID", at: node.range,
                hint: "'cloudflared tunnel list' shows it; a tunnel's name goes under 'name'")
        }
        return nil
    }

    private func tunnelName(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        if Self.isToken(text) {
            reportToken(node)
            return nil
        }
        guard !text.isEmpty else {
            findings.error(.invalidValue, "expected the tunnel's name", at: node.range)
            return nil
        }
        return text
    }

    /// Whether a text looks like a tunnel's token: base64 of a JSON object.
    private static func isToken(_ text: String) -> Bool {
        text.hasPrefix("eyJ") && text.utf8.count > 40
    }

    private func reportToken(_ node: Node) {
        findings.error(
            .invalidValue, "this is a tunnel's token, which is a secret, and not what names the tunnel",
            at: node.range,
            hint:
                "write 'token: { credential: tunnel-token }' and give it to 'mcp-stack secret set tunnel-token'; who has "
                + "read this file can run the tunnel, so refresh the token at Cloudflare")
    }
}

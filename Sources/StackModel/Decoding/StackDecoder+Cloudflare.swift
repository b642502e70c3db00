// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

extension StackDecoder {
    func cloudflare(_ node: Node) -> CloudflareAccount? {
        guard var map = MappingReader(node, Language.cloudflare, "'cloudflare'", findings) else { return nil }
        defer { map.finish() }
        let account = map.require(
            "account", hint: "its id is on the overview page of every domain in Cloudflare's dashboard"
        ).flatMap(accountID)
        let token = map.require(
            "token", hint: "write 'token: { credential: cloudflare-token }'"
        ).flatMap { node in
            credential(
                node, "'token'",
                hint: "write 'token: { credential: cloudflare-token }' and give it to 'mcp-stack secret set "
                    + "cloudflare-token'; who has read this file can use the token, so roll it at Cloudflare")
        }
        guard let account, let token else { return nil }
        return CloudflareAccount(id: account, token: token)
    }

    private func accountID(_ node: Node) -> Located<String>? {
        guard let text = node.line(findings) else { return nil }
        guard text.utf8.count == 32, text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            findings.error(
                .invalidValue, "expected the id of an account, 32 hexadecimal digits", at: node.range,
                hint: "it is on the overview page of every domain in Cloudflare's dashboard")
            return nil
        }
        return Located(text.lowercased(), at: node.range)
    }

    func rateLimit(_ node: Node) -> RateLimit? {
        guard var map = MappingReader(node, Language.rateLimit, "'rate-limit'", findings) else { return nil }
        defer { map.finish() }
        let example = "write it like { requests: 100, per: 1m, block: 10m }"
        let requests = map.require("requests", hint: example).flatMap { $0.int(findings, in: 1...1_000_000_000) }
        let period = map.require("per", hint: example).flatMap(rateLimitTime)
        let block = map.take("block").map(rateLimitTime)
        guard let requests, let period, block != .some(.none) else { return nil }
        return RateLimit(requests: requests, period: period, block: (block ?? nil) ?? period, range: node.range)
    }

    private func rateLimitTime(_ node: Node) -> Int? {
        guard let duration = node.duration(findings) else { return nil }
        let seconds = Int(duration.components.seconds)
        if duration == .seconds(seconds), RateLimit.times.contains(seconds) { return seconds }
        let nearest = RateLimit.times.min { abs($0 - seconds) < abs($1 - seconds) } ?? seconds
        findings.error(
            .invalidValue, "Cloudflare does not count or block for this long", at: node.range,
            hint: "the nearest time it takes is \(Self.spelling(ofSeconds: nearest))")
        return nil
    }

    private static func spelling(ofSeconds seconds: Int) -> String {
        if seconds % 3600 == 0 { return "\(seconds / 3600)h" }
        return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}

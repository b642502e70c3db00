// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML
internal import StackPlan

/// The keys of an `originRequest` that a stack takes over, and what is to be said about the others
/// (`ingress/config.go`).
struct OriginSettings {
    private(set) var entries: [YAMLValue.Entry] = []
    private(set) var remarks: [Remark] = []

    private static let durations: Set<String> = ["connectTimeout", "tlsTimeout", "tcpKeepAlive", "keepAliveTimeout"]
    private static let flags: Set<String> = ["noHappyEyeballs", "noTLSVerify", "http2Origin", "matchSNItoHost"]
    private static let texts: Set<String> = ["httpHostHeader", "originServerName", "caPool"]
    private static let refused: Set<String> = [
        "disableChunkedEncoding", "bastionMode", "proxyType", "proxyAddress", "proxyPort", "ipRules", "access",
    ]
    private static let known =
        durations.union(flags).union(texts).union(refused).union(["keepAliveConnections"])

    init(_ node: Node?, isDefault: Bool, host: ImportHost, service: String = "", hostname: String? = nil) {
        for pair in node?.entries ?? [] {
            if Self.refused.contains(pair.key) {
                refuse(pair, isDefault)
            } else if Self.durations.contains(pair.key) {
                duration(pair)
            } else if Self.flags.contains(pair.key) {
                flag(pair, service, isDefault)
            } else if Self.texts.contains(pair.key) {
                text(pair, service, hostname, host)
            } else if pair.key == "keepAliveConnections", case .int(let count)? = pair.value.coreValue {
                entries.append(.init(pair.key, .number(count)))
            } else if !SecretSigns.isSecretText(pair.key) {
                let meant = Spelling.closest(to: pair.key, among: Self.known.sorted())
                remarks.append(
                    .todo(
                        "\(shown(pair.key)) means nothing to cloudflared in 'originRequest', so it never had an effect",
                        remedy: meant.map { "'\($0)' was meant, perhaps" }))
            }
        }
    }

    /// What a rule says about tokens of Access, to tell rules apart.
    static func access(of request: Node?) -> [String] {
        let access = request?["access"]
        return [access?["required"]?.text, access?["teamName"]?.text].map { $0 ?? "" }
            + (access?["audTag"]?.items ?? []).compactMap(\.text)
    }

    private mutating func duration(_ pair: Node.Pair) {
        guard let text = pair.value.text else { return }
        if case .int(let count)? = pair.value.coreValue {
            remarks.append(.note("'\(pair.key): \(count)' has no unit, and cloudflared refuses it; taken for seconds"))
            entries.append(.init(pair.key, .text("\(count)s")))
        } else {
            entries.append(.init(pair.key, .text(text)))
        }
    }

    private mutating func flag(_ pair: Node.Pair, _ service: String, _ isDefault: Bool) {
        guard case .bool(let value)? = pair.value.coreValue else { return }
        if pair.key == "http2Origin", !isDefault, !service.lowercased().hasPrefix("https") {
            remarks.append(.note("'http2Origin' left out: it has an effect on 'https://' services alone"))
            return
        }
        entries.append(.init(pair.key, .bool(value)))
        if pair.key == "noTLSVerify", value {
            remarks.append(
                .todo(
                    "'noTLSVerify' accepts any certificate, and with it anybody who takes the service's place",
                    remedy:
                        "origin: { caPool: /path/to/ca.pem, originServerName: NAME-IN-THE-CERTIFICATE } in its place"))
        }
    }

    private mutating func text(_ pair: Node.Pair, _ service: String, _ hostname: String?, _ host: ImportHost) {
        guard let text = pair.value.text, !text.isEmpty else { return }
        if pair.key == "httpHostHeader", text == hostname {
            remarks.append(
                .note(
                    "'httpHostHeader' left out: the service gets that host name anyway",
                    remedy: "a server that answers '421 Invalid Host header' wants httpHostHeader: localhost:PORT"))
            return
        }
        if pair.key == "httpHostHeader", service.hasPrefix("unix:") {
            remarks.append(.note("'httpHostHeader' left out: cloudflared ignores it for unix sockets"))
            return
        }
        entries.append(.init(pair.key, .text(text)))
        if pair.key == "caPool", host.kind(text) == nil {
            remarks.append(
                .todo(
                    "there is no \(shown(text)) on this machine, and cloudflared does not start without its 'caPool'",
                    remedy: "copy the certificates here, or correct the path"))
        }
    }

    private mutating func refuse(_ pair: Node.Pair, _ isDefault: Bool) {
        switch pair.key {
        case "access": access(pair.value, isDefault)
        case "disableChunkedEncoding":
            remarks.append(
                .note("'disableChunkedEncoding' left out: cloudflared then sends bodies without their length or end"))
        case "bastionMode":
            remarks.append(
                .todo(
                    isDefault
                        ? "'bastionMode' here turns every rule into a bastion, which a stack is not"
                        : "'bastionMode' left out: a stack is no bastion",
                    remedy: "keep a cloudflared of its own for it, with a tunnel of its own"))
        default:
            remarks.append(.note("'\(pair.key)' left out: it means something to TCP and SOCKS services alone"))
        }
    }

    /// cloudflared builds its check from the rule's own block alone (`ingress/ingress.go`, validateIngress).
    private mutating func access(_ node: Node, _ isDefault: Bool) {
        let team = node["teamName"]?.text.map { "team-name: \($0)" }
        let audiences = (node["audTag"]?.items ?? []).compactMap(\.text)
        let audience = audiences.isEmpty ? nil : "audience: \(audiences.joined(separator: ", "))"
        let policy = [team, audience].compactMap(\.self).joined(separator: ", ")
        let remedy =
            "write a policy under 'access:'" + (policy.isEmpty ? "" : ", with \(policy),")
            + " and name it at \(isDefault ? "each server" : "the server")"
        if isDefault {
            remarks.append(
                .todo(
                    "the 'access' in the top-level 'originRequest' was never enforced: cloudflared checks tokens only by "
                        + "the 'access' of each rule, so until now everybody got through",
                    remedy: remedy))
        } else {
            remarks.append(
                .todo(
                    node["required"]?.isTrue == true
                        ? "cloudflared let in only requests with a token of Cloudflare Access"
                        : "'access' without 'required: true' checks nothing",
                    remedy: remedy))
        }
    }
}

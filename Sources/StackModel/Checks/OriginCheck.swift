// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Finds `origin` keys that do nothing where they stand, or harm.
struct OriginCheck {
    let server: Server
    let findings: Findings

    static func run(on stack: Stack, _ findings: Findings) {
        var seen: Set<String> = []
        for server in stack.servers {
            let check = OriginCheck(server: server, findings: findings)
            for key in server.settings.origin.keys {
                guard let value = server.settings.origin.values[key] else { continue }
                // What the defaults say is judged once, and not for servers to which it does not apply.
                let isInherited = !server.ownOriginKeys.contains(key)
                guard !isInherited || check.applies(key) && seen.insert("\(key) \(value.range)").inserted else {
                    continue
                }
                check.judge(key, value, isInherited: isInherited)
            }
            check.listener()
        }
    }

    /// Whether a key of the defaults means anything for the server.
    private func applies(_ key: OriginRequest.Key) -> Bool {
        switch key {
        case .caPool, .originServerName, .noTLSVerify, .matchSNItoHost, .http2Origin, .tlsTimeout: url?.isTLS == true
        case .httpHostHeader: !server.isBridged
        default: true
        }
    }

    private var url: OriginURL? {
        if case .external(let url) = server.program { url.value } else { nil }
    }

    private func judge(_ key: OriginRequest.Key, _ value: Located<OriginRequest.Value>, isInherited: Bool) {
        switch key {
        case .caPool, .originServerName, .noTLSVerify, .matchSNItoHost, .http2Origin, .tlsTimeout:
            if url?.isTLS != true, !isInherited { idle(key, value, "the server is not asked over TLS") }
            if key == .noTLSVerify { certificates(value) }
        case .httpHostHeader:
            if server.isBridged || url?.isSocket == true, !isInherited {
                idle(key, value, "cloudflared does not set it for a unix socket")
            }
            publicName(value)
        case .bastionMode:
            if value.value == .boolean(true) {
                findings.error(
                    .dangerousOriginKey, "'bastionMode' makes cloudflared a jump host into the local network",
                    at: value.range, hint: "leave it out; MCP servers are routed by their address")
            }
        case .proxyType, .proxyAddress, .proxyPort, .ipRules:
            idle(key, value, "it is for SOCKS proxies, not for HTTP services")
        case .disableChunkedEncoding:
            if value.value == .boolean(true) {
                findings.warning(
                    .dangerousOriginKey,
                    "'disableChunkedEncoding' sends bodies of unknown length without saying where they end",
                    at: value.range, hint: "leave it out; every HTTP/1.1 server reads chunked bodies")
            }
        case .keepAliveTimeout: keepAlive(value)
        case .connectTimeout, .tcpKeepAlive, .noHappyEyeballs, .keepAliveConnections: break
        }
    }

    private func idle(_ key: OriginRequest.Key, _ value: Located<OriginRequest.Value>, _ reason: String) {
        findings.warning(
            .idleOriginKey, "'\(key.rawValue)' does nothing here: \(reason)", at: value.range, hint: "leave it out")
    }

    private func certificates(_ value: Located<OriginRequest.Value>) {
        guard value.value == .boolean(true), let url, url.isTLS else { return }
        findings.warning(
            .dangerousOriginKey,
            url.isLoopback
                ? "with 'noTLSVerify' any program of this machine that takes the port passes for the server"
                : "with 'noTLSVerify' anybody on the way to '\(url.host)' can read and change the traffic",
            at: value.range,
            hint: "'caPool' with the server's own certificate, and 'originServerName' with the name in it, do the same "
                + "safely")
    }

    /// The public name is the Host that a server gets anyway, and what MCP SDKs refuse.
    private func publicName(_ value: Located<OriginRequest.Value>) {
        guard case .text(let text) = value.value, server.routes.contains(where: { $0.hostname == text }) else { return }
        findings.warning(
            .idleOriginKey, "'httpHostHeader' with the public name changes nothing: it is the Host already",
            at: value.range,
            hint: "it enables neither WebSockets nor streams, which need no option; MCP SDKs that answer 421 want "
                + "localhost and the port, which is the default for servers with a 'port'")
    }

    private func keepAlive(_ value: Located<OriginRequest.Value>) {
        guard case .duration(let duration) = value.value else { return }
        if duration <= .zero {
            findings.error(.invalidValue, "expected a time longer than nothing", at: value.range)
        } else if server.isBridged, duration >= .seconds(30) {
            findings.error(
                .dangerousOriginKey, "the bridge closes idle connections after 30s; cloudflared must do so earlier",
                at: value.range, hint: "with 25s or less no request meets a connection that is being closed")
        }
    }

    /// A server that listens on every interface is reached around the tunnel.
    private func listener() {
        guard server.machinePort != nil, let command = server.program.command else { return }
        for word in command {
            let isEvery = ["0.0.0.0", "[::]", "::"].contains { address in
                word.value == address || word.value.hasPrefix(address + ":") && address != "::"
                    || word.value.hasSuffix("=\(address)")
            }
            guard isEvery else { continue }
            findings.warning(
                .exposedListener, "this has the server listen on every interface, not only for the tunnel",
                at: word.range, hint: "write 127.0.0.1: the network must not get around the tunnel and its policies")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Language {
    /// The mapping under `origin`.
    public static let origin = LanguageSection(
        "origin",
        "How cloudflared talks to a server: its originRequest, spelled as it spells it. In local mode the gateway "
            + "honours connectTimeout, httpHostHeader, caPool, originServerName and noTLSVerify.",
        keys: OriginRequest.Key.allCases.map { key in
            LanguageKey(
                key.rawValue, key.languageValue, key.summary, default: key.fallback,
                effect: "cloudflared originRequest.\(key.rawValue)")
        })

    /// An entry of `ipRules`.
    public static let addressRule = LanguageSection(
        "address-rule", "A network that a SOCKS proxy may or may not reach.",
        keys: [
            LanguageKey("prefix", .text("network", pattern: nil), "The network.", isRequired: true),
            LanguageKey("ports", .list(.number(0...65535)), "The ports.", default: "all"),
            LanguageKey("allow", .boolean, "Whether it is allowed.", default: "false"),
        ])
}

extension OriginRequest.Key {
    /// What cloudflared takes for the key (`config/configuration.go`, `OriginRequestConfig`).
    var languageValue: LanguageValue {
        switch self {
        case .connectTimeout, .tlsTimeout, .tcpKeepAlive, .keepAliveTimeout: .duration
        case .noHappyEyeballs, .matchSNItoHost, .noTLSVerify, .disableChunkedEncoding, .http2Origin, .bastionMode:
            .boolean
        case .keepAliveConnections: .number(0...1_000_000)
        case .proxyPort: .number(0...65535)
        case .caPool: .path
        case .proxyType: .word(["", "socks"])
        case .httpHostHeader, .originServerName, .proxyAddress: .text
        case .ipRules: .list(.mapping(Language.addressRule))
        }
    }

    /// What cloudflared does without the key; nil for nothing.
    fileprivate var fallback: String? {
        switch self {
        case .connectTimeout: "30s"
        case .tlsTimeout: "10s"
        case .tcpKeepAlive: "30s"
        case .noHappyEyeballs, .matchSNItoHost, .noTLSVerify, .disableChunkedEncoding, .http2Origin, .bastionMode:
            "false"
        case .keepAliveConnections: "100"
        case .keepAliveTimeout: "4s (cloudflared itself: 90s)"
        case .httpHostHeader: "localhost:PORT for a server with a port"
        case .proxyAddress: "127.0.0.1"
        case .proxyPort: "0"
        case .originServerName, .caPool, .proxyType, .ipRules: nil
        }
    }

    fileprivate var summary: String {
        switch self {
        case .connectTimeout:
            "How long a connection to the server may take to open. There is no time-out for its answer."
        case .tlsTimeout: "How long the TLS handshake may take."
        case .tcpKeepAlive: "The time between TCP keep-alives."
        case .noHappyEyeballs: "Do not try IPv4 and IPv6 at the same time."
        case .keepAliveConnections: "The most idle connections that are kept."
        case .keepAliveTimeout:
            "How long an idle connection is kept. It must be shorter than the server keeps them (Node and uvicorn: "
                + "5s), or a request now and then meets a closed connection and fails with 502."
        case .httpHostHeader:
            "The Host header the server gets; the public name goes into X-Forwarded-Host. MCP SDKs answer \"421 "
                + "Invalid Host header\" to a name that is not their own address, hence the default. Without effect "
                + "on bridged servers."
        case .originServerName: "The name expected in the server's certificate."
        case .matchSNItoHost: "Expect the name of the request in the server's certificate."
        case .caPool: "A PEM file with the authorities that sign the server's certificate."
        case .noTLSVerify:
            "Believe any certificate. On anything but this machine that gives the traffic away; prefer caPool and "
                + "originServerName."
        case .disableChunkedEncoding:
            "Send bodies without chunked encoding; of a body without a length nothing says where it ends. Not for MCP."
        case .http2Origin: "Speak HTTP/2 with the server, where it has TLS. Streams do not need it."
        case .bastionMode: "Turns cloudflared into a jump host. Refused: it would take every other rule with it."
        case .proxyType: "\"socks\" for a SOCKS proxy. Without effect on HTTP services."
        case .proxyAddress: "Read by cloudflared and used for nothing."
        case .proxyPort: "Read by cloudflared and used for nothing."
        case .ipRules: "What a SOCKS proxy may reach. Without effect on HTTP services."
        }
    }
}

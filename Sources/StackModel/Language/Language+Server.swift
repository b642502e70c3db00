// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Language {
    /// A server.
    public static let server = LanguageSection(
        "server", "One MCP server, or another service that is reached the same way.",
        oneOf: ["command", "url", "builtin"],
        keys: [
            LanguageKey(
                "command", .list(.text),
                "The program and its arguments, as a list; no shell reads it, and every word arrives as it is "
                    + "written. The program is an absolute path or is found on systemd's search path. It speaks MCP "
                    + "on standard input and output, behind mcp-stack-bridge, unless \"port\" says otherwise.",
                effect: "ExecStart="),
            LanguageKey(
                "port", .number(1...65535),
                "The port of 127.0.0.1 on which the \"command\" itself speaks HTTP; give the number to the command "
                    + "too.", effect: "cloudflared ingress[].service"),
            LanguageKey(
                "bridge", .word(Server.Bridge.allCases.map(\.rawValue)),
                "\"proxy\" puts the bridge before a server with a \"port\" too: clients of every generation are served, "
                    + "prefixes stripped, limits kept, and the server may be started on demand. With \"network: none\" "
                    + "the port is in a network of the server's own, where nobody else reaches it. Where all its routes "
                    + "are public, the server may have its clients sign in itself, unless they share a session.",
                effect: "mcp-stack-bridge --origin"),
            LanguageKey(
                "url", .text("origin", pattern: "^((http|https|ws|wss)://[^/?#@]+|unix:/.+)$"),
                "The address of a service that runs elsewhere, such as http://localhost:5678 or "
                    + "unix:/run/x.sock: it is routed, not started. Without a path: a request keeps its own.",
                effect: "cloudflared ingress[].service"),
            LanguageKey(
                "unit", .text("unit", pattern: unitName),
                "The unit that runs the service behind \"url\": what carries the requests starts after it, and the "
                    + "daemon watches it.",
                effect: "After="),
            LanguageKey(
                "builtin", .word(["status"]),
                "A server that comes with mcp-stack: \"status\" answers questions about the stack.",
                effect: "ExecStart="),
            LanguageKey(
                "transport", .word(Server.Transport.allCases.map(\.rawValue)),
                "What it speaks: MCP over Streamable HTTP, MCP over the older HTTP+SSE, no MCP at all (\"http\": a "
                    + "web page, an API), or MCP over whichever a client finds (\"detect\").",
                default: "streamable-http"),
            LanguageKey(
                "path", .text("path", pattern: urlPath),
                "The path of the MCP endpoint at the server itself.", default: "/mcp, or /sse with \"transport: sse\"",
                effect: "mcp-stack-bridge --endpoint"),
            LanguageKey(
                "health", .text("path", pattern: urlPath),
                "A path at which a server with a \"port\" answers with a status below 400 when it is well. apply "
                    + "waits for it."),
            LanguageKey(
                "hostname", wildcardHostname,
                "The host name under which the server is reached; \"*.\" in front stands for any number of labels.",
                default: "NAME.DOMAIN", effect: "cloudflared ingress[].hostname"),
            LanguageKey(
                "routes", .list(.mapping(route)), "The ways to the server, instead of \"hostname\".",
                effect: "cloudflared ingress[]"),
            access,
            LanguageKey(
                "rate-limit", .mapping(rateLimit),
                "How often one address may ask for it; what is beyond that, Cloudflare turns away.",
                effect: "Cloudflare ruleset http_ratelimit"),
            LanguageKey(
                "environment", .table("variable", pattern: variableName, .text),
                "Environment variables. Anybody on the machine can read them: secrets go under \"secrets\".",
                effect: "Environment="),
            LanguageKey(
                "secrets", .table("variable", pattern: variableName, .mapping(secret)),
                "Environment variables whose values are secret.", effect: "LoadCredentialEncrypted="),
            LanguageKey(
                "paths", .mapping(paths), "Files beyond its own state directory /var/lib/mcp-server-NAME."),
            LanguageKey(
                "start", .word(Server.Start.allCases.map(\.rawValue)),
                "\"on-demand\": with the first request, until idle. \"always\": as long as the stack is up.",
                default: "on-demand; always for a server with a port",
                effect: "mcp-stack.target.wants/, Restart="),
        ] + settings)

    /// Paths at which the bridge itself answers.
    static let bridgePaths: Set<String> = ["/sse", "/messages", "/healthz"]

    /// A way to a server, an entry of `routes`.
    public static let route = LanguageSection(
        "route", "One way to a server, by host name, by path, or by both.",
        keys: [
            LanguageKey(
                "hostname", wildcardHostname, "The host name; any when left out.",
                effect: "cloudflared ingress[].hostname"),
            LanguageKey(
                "path", .text("regular expression", pattern: nil),
                "A regular expression (RE2) that is searched in the path: start it with \"^\". The request keeps its "
                    + "path: a server behind ^/github(/.*)?$ is asked for /github/mcp. Paths are not normalised, so "
                    + "they keep nobody out.",
                effect: "cloudflared ingress[].path"),
            LanguageKey(
                "strip-prefix", .boolean,
                "Whether the bridge takes the /prefix of an expression like ^/prefix(/.*)?$ off, so that the "
                    + "endpoint is /prefix/mcp. Only bridged servers can (\"bridge: proxy\" makes one of a server with "
                    + "a port).",
                default: "false", effect: "mcp-stack-bridge --strip-prefix"),
            access,
        ])

    /// A secret of a server.
    public static let secret = LanguageSection(
        "secret", "A secret that a server gets in its environment; \"mcp-stack secret set NAME\" stores it.",
        keys: [
            LanguageKey(
                "credential", credentialName, "The name of the secret.",
                effect: "/etc/credstore.encrypted/mcp-stack.NAME", isRequired: true),
            LanguageKey(
                "as", .word(Secret.Delivery.allCases.map(\.rawValue)),
                "Whether the variable holds the secret or the path of a file with it.", default: "variable",
                effect: "mcp-stack-bridge --secret, --secret-file"),
        ])

    /// The mapping under `paths`.
    public static let paths = LanguageSection(
        "paths", "Files that a server may use beyond its own state directory.",
        keys: [
            LanguageKey(
                "read", .list(.path), "Absolute paths it may read.", effect: "ReadOnlyPaths=, BindReadOnlyPaths="),
            LanguageKey(
                "write", .list(.path), "Absolute paths it may change.", effect: "ReadWritePaths=, BindPaths="),
        ])
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The configuration language, as data: every mapping of a stack file with all its keys.
public enum Language {
    /// The version that this program reads.
    public static let version = 1

    /// The whole file.
    public static let stack = LanguageSection(
        "stack", "The whole file: the servers of a machine and how the world reaches them.",
        keys: [
            LanguageKey("version", .number(version...version), "The version of the language.", isRequired: true),
            LanguageKey(
                "domain", hostname,
                "The parent of host names: a server without \"hostname\" and \"routes\" is reached as NAME.DOMAIN. "
                    + "It should be a domain of the account itself: Cloudflare's free certificates cover names one "
                    + "level below it and no deeper."),
            LanguageKey("tunnel", .mapping(tunnel), "How requests reach the machine.", isRequired: true),
            LanguageKey("cloudflare", .mapping(cloudflare), "The account at Cloudflare."),
            LanguageKey("defaults", .mapping(defaults), "What holds for every server that does not say otherwise."),
            LanguageKey(
                "servers", .table("server", pattern: "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", .mapping(server)),
                "The servers by name. Names fit DNS labels, units and tool prefixes. The order matters: a request "
                    + "takes the first route that matches it.", isRequired: true),
            LanguageKey(
                "access", .table("policy", pattern: "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", .mapping(policy)),
                "The policies by name, for \"access\" of servers and routes."),
        ])

    /// The mapping under `tunnel`.
    public static let tunnel = LanguageSection(
        "tunnel", "How requests reach the machine.",
        keys: [
            LanguageKey(
                "mode", .word(["named", "quick", "local"]),
                "\"named\": a tunnel of a Cloudflare account. \"quick\": a tunnel without an account, under a random "
                    + "name of trycloudflare.com, for testing only: it has no access control, no host names, so that "
                    + "several servers need routes by path, and Cloudflare does not stream server-sent events through "
                    + "it. \"local\": no tunnel, nginx on "
                    + "127.0.0.1:8787 does the same routing.",
                effect: "mcp-connector@N.service or mcp-gateway.service", isRequired: true),
            LanguageKey(
                "id", .text("UUID", pattern: "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),
                "The UUID of the tunnel, as \"cloudflared tunnel list\" shows it.", effect: "cloudflared tunnel"),
            LanguageKey(
                "name", .text("tunnel name", pattern: nil),
                "The name of the tunnel, instead of \"id\"; the credentials say which tunnel it is.",
                effect: "cloudflared tunnel"),
            LanguageKey(
                "credentials", .either([.path, .mapping(credential)]),
                "The JSON file that \"cloudflared tunnel create\" wrote, by absolute path, or the same as an "
                    + "encrypted credential. The connector runs without privileges; systemd hands the file over.",
                effect: "LoadCredential=, LoadCredentialEncrypted=, cloudflared --credentials-file"),
            LanguageKey(
                "token", .mapping(credential),
                "The tunnel's token (\"cloudflared tunnel token NAME\") as an encrypted credential, instead of "
                    + "\"credentials\". A tunnel made in the dashboard gets its routes from there, which then replace "
                    + "those of this file.",
                effect: "LoadCredentialEncrypted=, cloudflared --token-file"),
            LanguageKey(
                "protocol", .word(Tunnel.TransportProtocol.allCases.map(\.rawValue)),
                "How cloudflared talks to Cloudflare. \"auto\" begins with QUIC and falls back to HTTP/2 where UDP "
                    + "port 7844 is blocked, after some three minutes.",
                default: "auto", effect: "cloudflared protocol"),
            LanguageKey(
                "replica", .boolean,
                "Whether other machines run connectors of this tunnel too. Replicas are the same tunnel, with the "
                    + "same id and credentials, on each machine; two tunnels cannot share a host name. Cloudflare "
                    + "sends a request to the nearest connector and to another one only when that fails, and not "
                    + "always to the same: a server behind replicas must not keep sessions.",
                default: "false"),
        ])

    /// A reference to an encrypted credential.
    public static let credential = LanguageSection(
        "credential", "A secret that only systemd can decrypt; \"mcp-stack secret set NAME\" stores it.",
        keys: [
            LanguageKey(
                "credential", credentialName, "The name of the secret.",
                effect: "/etc/credstore.encrypted/mcp-stack.NAME", isRequired: true)
        ])

    /// A service unit that can run: a template needs its instance (systemd.unit(5)).
    static let unitName = "^[A-Za-z0-9:_.-]+(@[A-Za-z0-9:_.@-]+)?\\.service$"
    /// The path of a URL (RFC 3986, section 3.3).
    static let urlPath = "^/[A-Za-z0-9/._~!$&'()*+,;=:@%-]*$"
    static let hostname = LanguageValue.text("host name", pattern: "^[a-z0-9.-]+$")
    static let wildcardHostname = LanguageValue.text("host name", pattern: "^(\\*\\.)?[a-z0-9.-]+$")
    static let credentialName = LanguageValue.text("secret name", pattern: "^[a-z0-9_-]{1,64}$")
    static let variableName = "^[A-Za-z_][A-Za-z0-9_]*$"
}

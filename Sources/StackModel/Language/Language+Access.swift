// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Language {
    /// The keys of `cloudflare`.
    public static let cloudflare = LanguageSection(
        "cloudflare",
        "The account at Cloudflare that the stack belongs to. This version of the program writes down what there is "
            + "to do there (\"mcp-stack plan\" shows it) and does not do it.",
        keys: [
            LanguageKey(
                "account", .text("account id", pattern: "^[0-9a-f]{32}$"),
                "The id of the account: 32 hexadecimal digits, on the overview page of every domain in the dashboard.",
                isRequired: true),
            LanguageKey(
                "token", .mapping(credential),
                "An API token of the account as an encrypted credential. It needs Zone Read, DNS Write, Cloudflare "
                    + "Tunnel Write, \"Access: Apps and Policies Write\", \"Access: Organizations, Identity "
                    + "Providers, and Groups Write\", \"Access: Service Tokens Read\" and, for rate limits, Zone WAF "
                    + "Write; restrict it to the domains in use.",
                isRequired: true),
        ])

    /// The keys of `rate-limit`.
    public static let rateLimit = LanguageSection(
        "rate-limit",
        "How often one address may ask for a server's host names before Cloudflare answers 429. Counts are kept by "
            + "data centre and are not exact; clients that are hosted share the addresses of their host. The rule "
            + "names host names, which the Free plan does not allow: it takes Pro for \"per\" up to 1m with "
            + "\"block\" up to 1h, Business for up to 10m and 24h, and Enterprise for more.",
        keys: [
            LanguageKey(
                "requests", .number(1...1_000_000_000), "The number of requests.",
                effect: "ratelimit.requests_per_period", isRequired: true),
            LanguageKey(
                "per", .duration,
                "The time in which they are counted: 10s, 15s, 20s, 30s, 40s, 45s, 1m, 90s, 2m, 3m, 4m, 5m, 8m, 10m, "
                    + "15m, 20m, 30m, 40m, 1h, 65535s or 24h.",
                effect: "ratelimit.period", isRequired: true),
            LanguageKey(
                "block", .duration, "How long an address that asked more often is turned away; one of the same times.",
                default: "as long as \"per\"", effect: "ratelimit.mitigation_timeout"),
        ])

    /// The keys of a policy.
    public static let policy = LanguageSection(
        "policy",
        "Who may use the host names that name the policy. A person passes when \"allow\" and \"require\" hold and "
            + "nothing of \"exclude\" does; everybody else is denied, and no rule has to say so. Cloudflare asks for "
            + "the log-in (an Access application for each host name), and the connector checks each request once "
            + "more.",
        keys: [
            LanguageKey(
                "allow", .either([.mapping(allow), .list(.mapping(allow))]),
                "Who gets in. Every key must hold, and one value of each: { emails-ending-in: [\"@example.com\"], "
                    + "countries: [DE, FR] } lets in people of example.com who are in Germany or France. A list of "
                    + "such mappings gives alternatives.",
                effect: "Access policy: include, require", isRequired: true),
            LanguageKey(
                "require", .mapping(require), "What must hold besides, whichever alternative of \"allow\" does.",
                effect: "Access policy: require"),
            LanguageKey(
                "exclude", .mapping(exclude),
                "Whom nothing lets in: one value of one key is enough. { countries-except: [US, CA, GB] } blocks "
                    + "everybody who is elsewhere.",
                effect: "Access policy: exclude, require"),
            LanguageKey(
                "service-tokens", .either([.word(["any"]), .list(.text("token name", pattern: nil))]),
                "Service tokens of the account, by name, that get in without a log-in, for programs that cannot log "
                    + "in; \"any\" for all of them. They skip \"allow\", and of \"require\" and \"exclude\" what is "
                    + "about people: addresses, identity providers, organizations, mfa. The rest holds for them too.",
                default: "none", effect: "Access policy: decision non_identity"),
            LanguageKey(
                "session", .duration,
                "How long a log-in lasts: whole minutes or hours up to 730h; 0s asks every time.", default: "24h",
                effect: "Access application: session_duration"),
            LanguageKey(
                "identity-providers", .list(.text("provider", pattern: nil)),
                "The ways to log in that are offered, each by its kind (onetimepin, github, google, google-apps, "
                    + "azureAD, okta, oidc, saml and others) or by its name in the account.",
                default: "all of the account", effect: "Access application: allowed_idps"),
            LanguageKey(
                "access-mfa", .either([.boolean, .mapping(accessMFA)]),
                "Whether Access itself asks for a second factor, whatever the identity provider does. It works with "
                    + "every provider and must be switched on for the account first (Access settings).",
                default: "false", effect: "Access policy: mfa_config"),
            LanguageKey(
                "oauth", .either([.boolean, .mapping(oauth)]),
                "Whether Access is the OAuth server for MCP clients, which cannot follow a log-in page. Not for a "
                    + "server that has an OAuth of its own: Access answers in its place.",
                default: "false", effect: "Access application: oauth_configuration"),
            LanguageKey(
                "purpose", .either([.boolean, .text("question", pattern: nil)]),
                "Whether people are asked why they want in; a text is the question.", default: "false",
                effect: "Access policy: purpose_justification_required, purpose_justification_prompt"),
            LanguageKey(
                "approval", .either([.mapping(approval), .list(.mapping(approval))]),
                "People who must agree to each log-in, or a list of such groups, each of which must. Who agrees says for how long: that is temporary access.",
                effect: "Access policy: approval_required, approval_groups"),
            LanguageKey(
                "team-name", .text("team name", pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
                "The name of the Zero Trust team: NAME of NAME.cloudflareaccess.com. With \"audience\", what the "
                    + "connector checks each request against.",
                effect: "cloudflared originRequest.access.teamName"),
            LanguageKey(
                "audience",
                .either([.text("audience tag", pattern: audience), .list(.text("audience tag", pattern: audience))]),
                "The audience tag of the Access application, from its overview in the dashboard; a list when the "
                    + "policy protects several applications.",
                effect: "cloudflared originRequest.access.audTag"),
        ])

    private static let audience = "^[0-9A-Fa-f]{64}$"

    /// The keys of `allow`.
    public static let allow = LanguageSection(
        "allow", "People who get in: every key must hold.",
        keys: [
            LanguageKey(
                "everyone", .boolean,
                "Everybody who can log in. With a one-time PIN that is everybody who can read mail."),
            emails, emailsEndingIn,
            groups("a person is in one of them."),
            organizations("a person belongs to one of them."),
            identityProviders, countries, ips, devicePosture("the device passes every one of them."), mfa,
        ])

    /// The keys of `require`.
    public static let require = LanguageSection(
        "require", "What must hold besides: every key.",
        keys: [
            emails, emailsEndingIn,
            groups("a person is in every one of them."),
            organizations("a person belongs to every one of them."),
            identityProviders, countries, ips, devicePosture("the device passes every one of them."), mfa,
        ])

    /// The keys of `exclude`.
    public static let exclude = LanguageSection(
        "exclude", "What keeps people out: one value of one key is enough.",
        keys: [
            emails, emailsEndingIn,
            groups("a person is in one of them."),
            organizations("a person belongs to one of them."),
            identityProviders, countries,
            LanguageKey(
                "countries-except", .list(.text("country", pattern: "^[A-Z]{2}$")),
                "Every country but these keeps people out, as does an address of no known country.",
                effect: "require geo"),
            ips, devicePosture("the device passes one of them."),
        ])

    private static let emails = LanguageKey(
        "emails", .list(.text("address", pattern: "^[^@ ]+@[^@ ]+\\.[^@ ]+$")),
        "Addresses of people. Beside \"emails-ending-in\", one match of either is enough.", effect: "email")
    private static let emailsEndingIn = LanguageKey(
        "emails-ending-in", .list(.text("domain", pattern: "^@?[A-Za-z0-9.-]+$")),
        "Domains of addresses, such as \"@example.com\"; names below the domain do not count.",
        effect: "email_domain")
    private static let countries = LanguageKey(
        "countries", .list(.text("country", pattern: "^[A-Z]{2}$")),
        "Countries that a request may come from, by their codes of ISO 3166-1 (the United Kingdom is GB).",
        effect: "geo")
    private static let ips = LanguageKey(
        "ips", .list(.text("address or network", pattern: "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$")),
        "Addresses and networks that a request may come from.", effect: "ip")
    private static let identityProviders = LanguageKey(
        "identity-providers", .list(.text("provider", pattern: nil)),
        "Ways to log in, by kind or by name as in the policy's own \"identity-providers\".", effect: "login_method")
    private static let mfa = LanguageKey(
        "mfa", .boolean,
        "The identity provider reports a second factor. Only Okta, Entra ID, OpenID Connect and SAML do; with "
            + "others nobody passes, and \"access-mfa\" is the way.",
        effect: "auth_method")

    private static func groups(_ when: String) -> LanguageKey {
        LanguageKey(
            "groups", .list(.text("group", pattern: nil)), "Access groups of the account, by name: \(when)",
            effect: "group")
    }

    private static func organizations(_ when: String) -> LanguageKey {
        LanguageKey(
            "github-organizations", .list(.text("organization or organization/team", pattern: nil)),
            "Organizations at GitHub, or teams (ORGANIZATION/TEAM): \(when)", effect: "github-organization")
    }

    private static func devicePosture(_ when: String) -> LanguageKey {
        LanguageKey(
            "device-posture", .list(.text("check", pattern: nil)),
            "Posture checks of the account, by name: \(when) They need Cloudflare's client on the device, so a "
                + "client that is hosted never passes.",
            effect: "device_posture")
    }

    /// The keys of `access-mfa` as a mapping.
    public static let accessMFA = LanguageSection(
        "access-mfa", "The second factor that Access itself asks for.",
        keys: [
            LanguageKey(
                "methods", .list(.word(AccessMFA.Method.allCases.map(\.rawValue))), "The factors that are accepted.",
                default: "those of the account", effect: "mfa_config.allowed_authenticators"),
            LanguageKey(
                "session", .duration,
                "How long the factor is not asked for again: whole minutes up to 720h; 0s asks at every log-in.",
                default: "the account's", effect: "mfa_config.session_duration"),
        ])

    /// The keys of `oauth` as a mapping.
    public static let oauth = LanguageSection(
        "oauth", "Access as the OAuth server for MCP clients.",
        keys: [
            LanguageKey(
                "redirect-uris", .list(.text("address", pattern: "^[a-z][a-z0-9+.-]*://.+$")),
                "The addresses to which clients that are not on the person's own machine are sent back, such as "
                    + "https://claude.ai/api/mcp/auth_callback.",
                effect: "oauth_configuration.dynamic_client_registration.allowed_uris", isRequired: true)
        ])

    /// The keys of an entry of `approval`.
    public static let approval = LanguageSection(
        "approval", "People who agree to a log-in.",
        keys: [
            LanguageKey(
                "emails", .list(.text("address", pattern: "^[^@ ]+@[^@ ]+\\.[^@ ]+$")), "Their addresses.",
                effect: "approval_groups[].email_addresses", isRequired: true),
            LanguageKey(
                "needed", .number(1...100), "How many of them must agree.", default: "1",
                effect: "approval_groups[].approvals_needed"),
        ])
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Language {
    /// The mapping under `defaults`.
    public static let defaults = LanguageSection(
        "defaults", "What holds for every server that does not say otherwise; these keys mean what they mean there.",
        keys: settings + [access])

    /// The keys that a server and the defaults share.
    static let settings: [LanguageKey] = [
        LanguageKey(
            "network",
            .either([
                .word(["none", "loopback", "outbound", "full"]),
                .mapping(network),
            ]),
            "What the server may reach. \"outbound\" is the internet without this machine and its local networks, "
                + "but with its name servers; \"none\" is nothing at all, and a bridged server can be reached even so.",
            default: "outbound", effect: "IPAddressDeny=, IPAddressAllow=, PrivateNetwork="),
        LanguageKey(
            "sandbox", .either([.word(Sandbox.Profile.allCases.map(\.rawValue)), .mapping(sandbox)]),
            "How far the server is shut off from the machine. \"standard\" leaves more of the system to it, \"none\" "
                + "only gives it a user of its own. Programs in home directories are visible to \"none\" only.",
            default: "strict", effect: "DynamicUser=, ProtectSystem=, SystemCallFilter= and others"),
        LanguageKey("limits", .mapping(limits), "What it may use of the machine."),
        LanguageKey("restart", .mapping(restart), "What happens when it fails."),
        LanguageKey(
            "idle-timeout", .duration,
            "How long a server that is started on demand stays up without a connection.", default: "10m",
            effect: "mcp-stack-bridge --idle-timeout"),
        LanguageKey(
            "start-timeout", .duration,
            "How long a start may take; the first start of an npx or uvx command loads the package.", default: "2m",
            effect: "TimeoutStartSec="),
        LanguageKey(
            "drain", .duration,
            "How long a request may take once the server is told to stop. A bridge waits besides, for a second more "
                + "than keepAliveTimeout, until clients have let go of the connections that they keep, so that no "
                + "request is lost; with 0 it waits for nothing.",
            default: "10s",
            effect: "mcp-stack-bridge --drain, TimeoutStopSec="),
        LanguageKey(
            "sessions", .word(ServerSettings.Sessions.allCases.map(\.rawValue)),
            "\"shared\": one process serves all clients of a bridged server, and none of them hears of another. "
                + "\"per-client\": every MCP session has a process of its own, for servers that keep something of a "
                + "client (tasks, logging/setLevel) or ask it something (sampling, elicitation, roots). Requests of stateless "
                + "clients share a process either way.",
            default: "shared", effect: "mcp-stack-bridge --sessions"),
        LanguageKey(
            "origin", .mapping(origin),
            "How cloudflared talks to the server: any key of its originRequest, spelled as it spells them. A server's "
                + "own keys go before those of the defaults, one by one.",
            effect: "cloudflared ingress[].originRequest"),
    ]

    /// `access:` of a server, of a route and of the defaults.
    static let access = LanguageKey(
        "access", .text("policy or \"public\"", pattern: nil),
        "Who may use it: \"public\" for everybody who reaches it, or the name of a policy under the top-level "
            + "\"access\". All routes of one host name have the same: a path is not a boundary.")

    /// The mapping under `limits`.
    public static let limits = LanguageSection(
        "limits", "What a server may use of the machine.",
        keys: [
            LanguageKey("memory", .size, "The most memory.", default: "512M", effect: "MemoryMax="),
            LanguageKey(
                "tasks", .number(1...1_000_000), "The most processes and threads.", default: "64",
                effect: "TasksMax="),
            LanguageKey(
                "cpu", .percentage, "The most processor time, in percent of one processor.", default: "100%",
                effect: "CPUQuota="),
        ])

    /// The mapping under `restart`.
    public static let restart = LanguageSection(
        "restart", "How long systemd waits before it restarts a server that failed.",
        keys: [
            LanguageKey("delay", .duration, "The wait before the first restart.", default: "1s", effect: "RestartSec="),
            LanguageKey(
                "max-delay", .duration, "The longest wait, when restarts keep failing.", default: "60s",
                effect: "RestartSteps=, RestartMaxDelaySec=", since: 254),
        ])

    /// The mapping under `network`.
    public static let network = LanguageSection(
        "network", "The internet, and some addresses of the local networks.",
        keys: [
            LanguageKey(
                "outbound", .list(.text("address or network", pattern: "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$")),
                "Addresses and networks that may be reached besides the internet.", effect: "IPAddressAllow=",
                isRequired: true)
        ])

    /// The mapping under `sandbox`.
    public static let sandbox = LanguageSection(
        "sandbox",
        "A profile and what differs from it: directives of systemd.exec(5), spelled as systemd spells them. "
            + "A list replaces the profile's list. \"yes\" and \"no\" mean what they mean in a unit.",
        keys: [
            LanguageKey(
                "profile", .word(Sandbox.Profile.allCases.map(\.rawValue)), "The profile to start from.",
                default: "that of the defaults, or strict")
        ]
            + Sandbox.Directive.allCases.map { directive in
                LanguageKey(
                    directive.rawValue, directive.languageValue, directive.summary, default: "the profile's",
                    effect: "\(directive.rawValue)=")
            })
}

extension Sandbox.Directive {
    var languageValue: LanguageValue {
        switch kind {
        case .boolean: .either([.boolean, .word(["yes", "no"])])
        case .word(let words): .word(words)
        case .words(let pattern):
            .either([.text("word", pattern: pattern), .list(.text("word", pattern: pattern))])
        }
    }

    fileprivate var summary: String {
        switch self {
        case .noNewPrivileges: "No program gains privileges by being executed."
        case .capabilityBoundingSet: "The capabilities that can be had."
        case .umask: "The permissions that new files never have."
        case .privateTmp: "A /tmp of its own."
        case .privateDevices: "Only /dev/null and its like."
        case .deviceAllow: "Devices it may use besides, such as \"/dev/dri/renderD128 rw\"."
        case .privateUsers: "No other users of the machine are visible."
        case .privateMounts: "Mounts of its own."
        case .protectSystem: "Which parts of the system are read-only."
        case .protectHome: "Whether home directories are visible."
        case .protectControlGroups: "Control groups are read-only."
        case .protectKernelLogs: "No access to the kernel's log."
        case .protectKernelModules: "No loading of kernel modules."
        case .protectKernelTunables: "Kernel variables are read-only."
        case .protectClock: "No setting of the clock."
        case .protectHostname: "No setting of the host name."
        case .protectProc: "Which processes are visible in /proc."
        case .procSubset: "Whether /proc shows more than processes."
        case .restrictAddressFamilies: "The kinds of sockets."
        case .restrictNamespaces: "Which namespaces can be made; a browser's own sandbox needs some."
        case .restrictRealtime: "No real-time scheduling."
        case .restrictSUIDSGID: "No files that change user or group when executed."
        case .removeIPC: "IPC objects go with the service."
        case .lockPersonality: "No change of the execution domain."
        case .memoryDenyWriteExecute: "No memory that is writable and executable; breaks just-in-time compilers."
        case .systemCallFilter: "The system calls."
        case .systemCallArchitectures: "The architectures of system calls."
        case .supplementaryGroups: "Groups besides its own, such as \"render\"."
        }
    }
}

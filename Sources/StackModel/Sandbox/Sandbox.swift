// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// How far a server is shut off from the machine: a profile, refined directive by directive.
public struct Sandbox: Sendable, Equatable {
    /// A set of directives.
    public enum Profile: String, Sendable, CaseIterable {
        /// Everything systemd can take away from a program that only serves.
        case strict
        /// What nearly every program bears.
        case standard
        /// Nothing but the limits and an unprivileged user.
        case none
    }

    /// The set it starts from.
    public var profile: Profile
    /// What the user says otherwise, word by word.
    public var refinements: [Directive: [String]]

    /// Creates a sandbox.
    public init(_ profile: Profile, refinements: [Directive: [String]] = [:]) {
        self.profile = profile
        self.refinements = refinements
    }
}

extension Sandbox {
    /// A directive of systemd.exec(5) that a stack file can set, spelled as systemd spells it.
    ///
    /// `User=` and `DynamicUser=` are not among them: without its own user a server would be root.
    public enum Directive: String, Sendable, CaseIterable {
        case noNewPrivileges = "NoNewPrivileges"
        case capabilityBoundingSet = "CapabilityBoundingSet"
        case umask = "UMask"
        case privateTmp = "PrivateTmp"
        case privateDevices = "PrivateDevices"
        case deviceAllow = "DeviceAllow"
        case privateUsers = "PrivateUsers"
        case privateMounts = "PrivateMounts"
        case protectSystem = "ProtectSystem"
        case protectHome = "ProtectHome"
        case protectControlGroups = "ProtectControlGroups"
        case protectKernelLogs = "ProtectKernelLogs"
        case protectKernelModules = "ProtectKernelModules"
        case protectKernelTunables = "ProtectKernelTunables"
        case protectClock = "ProtectClock"
        case protectHostname = "ProtectHostname"
        case protectProc = "ProtectProc"
        case procSubset = "ProcSubset"
        case restrictAddressFamilies = "RestrictAddressFamilies"
        case restrictNamespaces = "RestrictNamespaces"
        case restrictRealtime = "RestrictRealtime"
        case restrictSUIDSGID = "RestrictSUIDSGID"
        case removeIPC = "RemoveIPC"
        case lockPersonality = "LockPersonality"
        case memoryDenyWriteExecute = "MemoryDenyWriteExecute"
        case systemCallFilter = "SystemCallFilter"
        case systemCallArchitectures = "SystemCallArchitectures"
        case supplementaryGroups = "SupplementaryGroups"

        /// What a directive takes.
        enum Kind {
            case boolean
            case word([String])
            /// A list of words that match a regular expression.
            case words(pattern: String)
        }

        /// The values of the directive's lines in a unit; none where the directive is at its default.
        ///
        /// A leading `~` inverts a whole line, so what is inverted stands in lines of its own.
        public func lines(_ words: [String]) -> [String] {
            switch kind {
            case .boolean: return words == ["no"] ? [] : words
            case .word: return words
            case .words:
                if self == .deviceAllow { return words }
                let plain = words.filter { !$0.hasPrefix("~") }.joined(separator: " ")
                let inverted = words.filter { $0.hasPrefix("~") }
                return (plain.isEmpty && !inverted.isEmpty ? [] : [plain]) + inverted
            }
        }

        var kind: Kind {
            switch self {
            case .noNewPrivileges, .privateDevices, .privateMounts, .privateUsers, .protectClock, .protectHostname,
                .protectKernelLogs, .protectKernelModules, .protectKernelTunables, .restrictRealtime,
                .restrictSUIDSGID, .removeIPC, .lockPersonality, .memoryDenyWriteExecute, .privateTmp,
                .protectControlGroups:
                .boolean
            case .protectSystem: .word(["yes", "no", "full", "strict"])
            case .protectHome: .word(["yes", "no", "read-only", "tmpfs"])
            case .protectProc: .word(["noaccess", "invisible", "ptraceable", "default"])
            case .procSubset: .word(["all", "pid"])
            case .umask: .words(pattern: "^0?[0-7]{3}$")
            case .capabilityBoundingSet: .words(pattern: "^~?CAP_[A-Z_]+$")
            case .deviceAllow:
                .words(
                    pattern:
                        "^(/dev(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}){1,9}|(char|block)-[A-Za-z0-9*_-]{1,99})( [rwm]{1,3})?$"
                )
            case .restrictAddressFamilies: .words(pattern: "^AF_[A-Z0-9_]+$")
            case .restrictNamespaces: .words(pattern: "^(yes|no|~?(cgroup|ipc|net|mnt|pid|user|uts))$")
            case .systemCallFilter: .words(pattern: "^~?@?[a-z0-9_-]+(:[A-Za-z0-9]+)?$")
            case .systemCallArchitectures: .words(pattern: "^[a-z0-9-]+$")
            case .supplementaryGroups: .words(pattern: "^[a-z_][a-z0-9_-]*$")
            }
        }
    }
}

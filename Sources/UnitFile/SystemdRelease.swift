// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A version of systemd, such as 252, and what its units understand.
///
/// Facts come from systemd's NEWS, since the version notes in its manual pages are wrong in places.
public struct SystemdRelease: Sendable, Hashable, Comparable {
    /// The major version.
    public var version: Int

    /// Creates a release from its major version.
    public init(_ version: Int) {
        self.version = version
    }

    /// The oldest release that units are generated for.
    public static let oldest = SystemdRelease(252)

    /// Whether `RestartSteps=` and `RestartMaxDelaySec=` exist (NEWS 254).
    public var hasRestartSteps: Bool { version >= 254 }

    /// Whether `PrivateTmp=disconnected` exists, a /tmp that nobody else sees (NEWS 257).
    public var hasDisconnectedTmp: Bool { version >= 257 }

    /// Whether `ProtectControlGroups=strict` exists, control groups of the unit's own that are read-only (NEWS 257).
    public var hasStrictControlGroups: Bool { version >= 257 }

    /// Orders releases by age.
    public static func < (left: SystemdRelease, right: SystemdRelease) -> Bool {
        left.version < right.version
    }
}

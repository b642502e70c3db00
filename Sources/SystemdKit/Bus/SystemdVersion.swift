// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The version of a service manager, such as 252 or 257.
public struct SystemdVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number that features are introduced by.
    public var major: Int
    /// The text that the manager gave, such as `252 (252.39-1~deb12u2)`.
    public var text: String

    /// Creates a version from its number.
    public init(major: Int) {
        self.major = major
        self.text = String(major)
    }

    /// Reads what the manager's `Version` property holds: `252 (252.39-1~deb12u2)`, `257.13-1~deb13u1`, `v256-rc1`.
    ///
    /// Nil when it does not begin with a number.
    public init?(parsing text: String) {
        let trimmed = text.drop { $0 == "v" || $0 == " " }
        guard let major = Int(trimmed.prefix { $0.isASCII && $0.isNumber }), major > 0 else { return nil }
        self.major = major
        self.text = text
    }

    /// Older versions come first; the distribution's suffix does not count.
    public static func < (left: SystemdVersion, right: SystemdVersion) -> Bool {
        left.major < right.major
    }

    /// Versions are equal when their numbers are.
    public static func == (left: SystemdVersion, right: SystemdVersion) -> Bool {
        left.major == right.major
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(major)
    }

    /// The text that the manager gave.
    public var description: String { text }
}

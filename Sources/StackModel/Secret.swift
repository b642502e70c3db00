// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A secret that a server gets in its environment, from a credential that only systemd can decrypt.
public struct Secret: Sendable, Equatable {
    /// What the variable holds.
    public enum Delivery: String, Sendable, CaseIterable {
        /// The secret itself.
        case variable
        /// The path of a file with the secret.
        case file
    }

    /// The environment variable.
    public var variable: String
    /// The name of the credential, without the stack's prefix.
    public var credential: Located<String>
    /// What the variable holds.
    public var delivery: Delivery
}

/// Checks the names of credentials.
public enum CredentialName {
    /// What a name looks like, for messages.
    public static let rule = "a secret's name has 1 to 64 lower-case letters, digits, '-' and '_'"

    /// Whether a text can name a credential: it becomes part of a file name and of a unit.
    public static func isValid(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

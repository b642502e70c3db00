// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackPlan

/// What is made of a file of another program: the contents of a stack file, and what could not go into it.
struct ImportedStack: Sendable {
    /// How requests reach the machine, as far as the file says.
    enum Tunnel: Sendable, Equatable {
        /// The file has none: the stack is for this machine alone.
        case local
        /// A tunnel at Cloudflare, by the entries of `tunnel:` behind its mode.
        case named([YAMLValue.Entry])
    }

    /// What the file is, for the header: `an mcpServers file`.
    var format: String
    /// How requests reach the machine.
    var tunnel = Tunnel.local
    /// The parent of the host names; nil when nobody named one.
    var domain: String?
    /// Whether the file's own host names are for the internet, even where it names no tunnel.
    var hasPublicNames = false
    /// What all servers share.
    var defaults: [YAMLValue.Entry] = []
    /// The servers, in the order of the file.
    var servers: [ImportedServer] = []
    /// What is to be said about the file as a whole.
    var remarks: [Remark] = []
    /// The secrets that stood in the file or were asked for by it.
    var secrets: [ImportedSecret] = []

    /// Whether the routes can be reached from outside, so that who may use them is a person's decision.
    var isPublic: Bool { tunnel != .local || domain != nil || hasPublicNames }

}

/// One server of an import.
struct ImportedServer: Sendable, Equatable {
    /// Its name in the stack.
    var name: String
    /// Its entries, without `hostname`, `routes` and `access`; nil when it cannot become a server of a stack.
    var entries: [YAMLValue.Entry]?
    /// Its ways, as entries of `routes:`; a single host name becomes `hostname:`.
    var routes: [[YAMLValue.Entry]] = []
    /// What is to be said about it.
    var remarks: [Remark] = []
}

/// A comment in the imported file: what was found, why it matters, and what to do.
struct Remark: Sendable, Equatable {
    /// What a remark wants.
    enum Kind: String, Sendable {
        /// A decision, or work that only a person can do.
        case todo
        /// Nothing; it says what was changed.
        case note
    }

    /// What it wants.
    var kind: Kind
    /// What was found and why it matters.
    var text: String
    /// What to do about it.
    var remedy: String?

    static func todo(_ text: String, remedy: String? = nil) -> Remark {
        Remark(kind: .todo, text: text, remedy: remedy)
    }

    static func note(_ text: String, remedy: String? = nil) -> Remark {
        Remark(kind: .note, text: text, remedy: remedy)
    }
}

/// A secret that goes to the secret store instead of the file.
struct ImportedSecret: Sendable, Equatable {
    /// The name of the credential.
    var credential: String
    /// The secret; nil when the file only refers to it.
    var value: HiddenText?
    /// What it is for: `GITHUB_TOKEN of 'github'`.
    var uses: [String]
}

/// A text that no description and no dump shows.
struct HiddenText: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself.
    let revealed: String

    init(_ text: String) {
        revealed = text
    }

    var description: String { "…" }
    var debugDescription: String { "…" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

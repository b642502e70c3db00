// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles

/// What an import asks about the machine it is for.
struct ImportHost: Sendable {
    /// What stands at a path.
    enum PathKind: Sendable {
        case directory
        case file
    }

    /// The absolute path of a program where a service finds it; nil when there is none.
    var program: @Sendable (_ name: String) -> String?
    /// What stands at an absolute path; nil for nothing, or nothing that may be looked at.
    var kind: @Sendable (_ path: String) -> PathKind?

    /// The machine this runs on.
    static let this = ImportHost(
        program: { CommandSearch().find($0) },
        kind: { path in
            let files = HostFiles()
            // A slash behind the name makes a link count as what it leads to.
            if files.kind(path + "/") == .directory { return .directory }
            return files.kind(path) == nil ? nil : .file
        })
}

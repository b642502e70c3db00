// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
internal import StackPlan

/// Finds programs as systemd would.
struct CommandSearch: Sendable {
    /// The directories, in the order in which they are searched.
    var directories = Locations.searchPath

    /// The absolute path of a program on the search path; nil when there is none.
    func find(_ name: String) -> String? {
        directories.lazy.map { "\($0)/\(name)" }.first(where: Self.isExecutable)
    }

    /// Where a user's shell would find the program, for a hint; the search path of a service is shorter.
    static func findInHomes(_ name: String) -> String? {
        guard let path = getenv("PATH") else { return nil }
        return String(cString: path).split(separator: ":").map { "\($0)/\(name)" }.first(where: isExecutable)
    }

    /// Whether a path names a file that somebody may execute.
    static func isExecutable(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG && info.st_mode & 0o111 != 0
    }
}

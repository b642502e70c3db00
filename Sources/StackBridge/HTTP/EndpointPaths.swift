// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The path at which MCP is spoken, and what may stand before it.
///
/// cloudflared forwards a request's path as it is, also where a rule matched only its first part.
struct EndpointPaths: Sendable {
    /// The endpoint, such as `/mcp`.
    var endpoint = "/mcp"
    /// What is taken off the front, such as `/github`.
    var prefixes: [String] = []

    /// A path without the first prefix that it begins with.
    func stripped(_ path: Substring) -> Substring {
        for prefix in prefixes where path.hasPrefix(prefix) {
            let rest = path.dropFirst(prefix.count)
            if rest.hasPrefix("/") { return rest }
        }
        return path
    }

    /// What is taken off a path.
    func prefix(of path: Substring) -> Substring {
        path.prefix(path.count - stripped(path).count)
    }

    /// Whether a text can stand for a path: absolute, without a query and white space.
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && !text.contains { "?#".contains($0) || $0.isWhitespace }
    }
}

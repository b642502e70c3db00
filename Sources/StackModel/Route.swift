// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics

/// One way to a server: a request takes the first route that matches it.
///
/// The rules of matching are cloudflared's (`ingress/ingress.go`): the host name is compared as a whole, a leading
/// `*.` stands for any number of labels, the path expression is searched anywhere in the decoded path.
public struct Route: Sendable {
    /// The host name in lower case, perhaps with a leading `*.`; nil for any.
    public var hostname: String?
    /// A regular expression for the path; nil for any.
    public var path: String?
    /// Where the route was written.
    public var range: SourceRange
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics
internal import GoRegexp

/// One way to a server: a request takes the first route that matches it.
///
/// The rules of matching are cloudflared's (`ingress/ingress.go`): the host name is compared as a whole, a leading
/// `*.` stands for any number of labels, the path expression is searched anywhere in the decoded path.
public struct Route: Sendable {
    /// Who may use a route.
    public enum Access: Sendable, Equatable {
        /// Everybody who reaches it.
        case everybody
        /// Those whom a policy of the stack lets in.
        case policy(String)

        /// What the stack file says: `public` or the policy's name.
        public var name: String {
            switch self {
            case .everybody: "public"
            case .policy(let name): name
            }
        }
    }

    /// The host name in lower case, perhaps with a leading `*.`; nil for any.
    public var hostname: String?
    /// A regular expression for the path; nil for any.
    public var path: String?
    /// Who may use it.
    public var access: Located<Access>
    /// Whether the bridge takes the path's literal prefix off before it looks for its endpoint.
    public var stripsPrefix: Bool
    /// Where the route was written.
    public var range: SourceRange

    /// The `/prefix` of an expression that is written like `^/prefix(/.*)?$`; nil for any other.
    public var literalPrefix: String? {
        guard let path, path.hasPrefix("^/") else { return nil }
        var text = path.dropFirst()
        for ending in ["(/.*)?$", "(/.*)?", "(/|$)", "/.*$", "/.*", "/"] where text.hasSuffix(ending) {
            text = text.dropLast(ending.count)
            break
        }
        let isLiteral = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/-_".contains($0)) }
        return isLiteral && text.count > 1 ? String(text) : nil
    }
}

extension Route {
    /// Whether a request for a path takes this route, as far as its host name allows.
    public func leads(to path: String) -> Bool {
        guard let pattern = self.path.flatMap({ try? PathPattern($0) }) else { return self.path == nil }
        guard case .expression(let expression) = pattern else { return false }
        return expression.matches(path)
    }
}

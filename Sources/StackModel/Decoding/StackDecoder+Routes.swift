// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import GoRegexp
internal import LocatedYAML

extension StackDecoder {
    /// What routes need to know of the server they lead to.
    struct RouteContext {
        /// The server's key.
        var server: Node.Pair
        /// The parent of host names.
        var domain: String?
        /// Who may use its routes unless they say otherwise.
        var access: Located<Route.Access>?
        /// Whether the lack of `access` was reported already.
        var hasAccessKey = false
        /// Whether the bridge stands before it.
        var isBridged: Bool
        /// Whether the stack's own name is not known before it runs, so that a server takes every name.
        var takesEveryName: Bool
    }

    /// The routes of one server: `routes`, or `hostname`, or the server's name below the stack's domain.
    func routes(_ map: inout MappingReader, _ context: RouteContext) -> [Route] {
        let server = context.server
        let hostname = map.takePair("hostname")
        let list = map.takePair("routes")
        var context = context
        if let pair = map.takePair("access") {
            context.access = access(pair)
            context.hasAccessKey = true
        }
        if let hostname, let list {
            findings.add(
                Diagnostic(
                    .error, .contradiction, "'hostname' and 'routes' exclude each other", at: list.keyRange,
                    notes: [.init("'hostname' stands here", at: hostname.keyRange)],
                    hint: "put the host name into a route of its own"))
        }
        if let list {
            return (list.value.items(findings) ?? []).compactMap { route($0, context) }
        }
        var name: String?
        if let hostname {
            name = self.hostname(hostname.value, mayBeWildcard: true)
        } else if context.takesEveryName {
            let access = self.access(context.access, isReported: context.hasAccessKey, at: server.keyRange, server.key)
            return [Route(hostname: nil, path: nil, access: access, stripsPrefix: false, range: server.keyRange)]
        } else if let domain = context.domain {
            name = "\(server.key).\(domain)"
        } else {
            findings.add(
                Diagnostic(
                    .error, .unreachableServer, "nobody can reach server '\(server.key)'", at: server.keyRange,
                    hint: "give it a 'hostname' or 'routes', or give the stack a 'domain'"))
        }
        guard let name else { return [] }
        let range = hostname?.value.range ?? server.keyRange
        let access = self.access(context.access, isReported: context.hasAccessKey, at: server.keyRange, server.key)
        return [Route(hostname: name, path: nil, access: access, stripsPrefix: false, range: range)]
    }

    private func route(_ node: Node, _ context: RouteContext) -> Route? {
        let server = context.server.key
        guard var map = MappingReader(node, Language.route, "a route of server '\(server)'", findings) else {
            return nil
        }
        defer { map.finish() }
        let hostnameNode = map.take("hostname")
        let pathNode = map.take("path")
        let accessPair = map.takePair("access")
        let stripPair = map.takePair("strip-prefix")
        if hostnameNode == nil, pathNode == nil {
            findings.error(
                .missingKey, "a route needs 'hostname', 'path' or both", at: node.range,
                hint: "without either it would take every request")
            return nil
        }
        let access = self.access(
            accessPair.flatMap(self.access) ?? context.access,
            isReported: accessPair != nil || context.hasAccessKey, at: node.range, server)
        let hostname = hostnameNode.flatMap { self.hostname($0, mayBeWildcard: true) }
        let path = pathNode.flatMap(pathPattern)
        guard (hostname == nil) == (hostnameNode == nil), (path == nil) == (pathNode == nil) else { return nil }
        var route = Route(hostname: hostname, path: path, access: access, stripsPrefix: false, range: node.range)
        route.stripsPrefix = stripPair.map { stripsPrefix($0, route, context) } ?? false
        return route
    }

    private func stripsPrefix(_ pair: Node.Pair, _ route: Route, _ context: RouteContext) -> Bool {
        guard pair.value.bool(findings) == true else { return false }
        if !context.isBridged {
            findings.error(
                .contradiction, "only the bridge can strip a prefix, and this server speaks HTTP itself",
                at: pair.keyRange,
                hint: "write 'bridge: proxy' for a server with a 'port', or give it a host name of its own")
        } else if route.literalPrefix == nil {
            findings.error(
                .contradiction, "there is no prefix to strip", at: pair.keyRange,
                hint: "'path' must be written like ^/github(/.*)?$")
        }
        return true
    }

    /// Who may use a route; what nobody said, or said wrongly, was reported, and passes for everybody in checks.
    private func access(
        _ given: Located<Route.Access>?, isReported: Bool, at range: SourceRange, _ server: String
    ) -> Located<Route.Access> {
        if let given { return given }
        if !isReported {
            findings.error(
                .missingAccess, "server '\(server)' does not say who may use this route", at: range,
                hint: "write 'access: POLICY' with a policy of the stack, or 'access: public' when everybody may")
        }
        return Located(.everybody, at: range)
    }

    /// The value of an `access` key; nil after a report.
    func access(_ pair: Node.Pair) -> Located<Route.Access>? {
        guard let word = pair.value.line(findings) else { return nil }
        return Located(word == "public" ? .everybody : .policy(word), at: pair.value.range)
    }

    private func pathPattern(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
        guard text.utf8.count <= PathPattern.maximumSize else {
            findings.error(
                .invalidValue, "an expression has at most \(PathPattern.maximumSize) bytes", at: node.range)
            return nil
        }
        let pattern: PathPattern
        do throws(GoRegexp.SyntaxError) {
            pattern = try PathPattern(text)
        } catch {
            findings.error(
                .invalidValue, "cloudflared cannot read this expression: \(error)", at: node.range,
                hint: PathPattern.hint(for: error, in: text))
            return nil
        }
        if PathPattern.isGlobLike(text) {
            findings.warning(
                .globLikePath, "this expression looks like a file pattern and means something else", at: node.range,
                hint: PathPattern.hintForGlob(text))
        } else if !pattern.isAnchored {
            findings.warning(
                .unanchoredPath, "this expression matches anywhere in the path", at: node.range,
                hint: text.hasPrefix("^")
                    ? "start each alternative with '^' to match from the beginning"
                    : "start it with '^' to match from the beginning")
        }
        return text
    }
}

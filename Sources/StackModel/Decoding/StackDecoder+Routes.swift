// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import GoRegexp
internal import LocatedYAML

extension StackDecoder {
    /// The routes of one server: `routes`, or `hostname`, or the server's name below the stack's domain.
    func routes(_ map: inout MappingReader, _ server: Node.Pair, domain: String?) -> [Route] {
        let hostname = map.takePair("hostname")
        let list = map.takePair("routes")
        let access = map.takePair("access")
        let isPublic = access.map(self.access) ?? nil
        if let hostname, let list {
            findings.add(
                Diagnostic(
                    .error, .contradiction, "'hostname' and 'routes' exclude each other", at: list.keyRange,
                    notes: [.init("'hostname' stands here", at: hostname.keyRange)],
                    hint: "put the host name into a route of its own"))
        }
        if let list {
            return (list.value.items(findings) ?? []).compactMap { route($0, server, isPublic: isPublic) }
        }
        var routes: [Route] = []
        if let hostname {
            if let name = self.hostname(hostname.value, mayBeWildcard: true) {
                routes.append(Route(hostname: name, path: nil, range: hostname.value.range))
            }
        } else if let domain {
            routes.append(Route(hostname: "\(server.key).\(domain)", path: nil, range: server.keyRange))
        } else {
            findings.add(
                Diagnostic(
                    .error, .unreachableServer, "nobody can reach server '\(server.key)'", at: server.keyRange,
                    hint: "give it a 'hostname' or 'routes', or give the stack a 'domain'"))
        }
        if !routes.isEmpty, isPublic == nil { reportMissingAccess(server.keyRange, server.key) }
        return routes
    }

    private func route(_ node: Node, _ server: Node.Pair, isPublic: Bool?) -> Route? {
        guard var map = MappingReader(node, "a route of server '\(server.key)'", findings) else { return nil }
        defer { map.finish() }
        let hostnameNode = map.take("hostname")
        let pathNode = map.take("path")
        let access = map.takePair("access").map(self.access)
        if hostnameNode == nil, pathNode == nil {
            findings.error(
                .missingKey, "a route needs 'hostname', 'path' or both", at: node.range,
                hint: "without either it would take every request")
            return nil
        }
        if access ?? isPublic == nil { reportMissingAccess(node.range, server.key) }
        let hostname = hostnameNode.flatMap { self.hostname($0, mayBeWildcard: true) }
        let path = pathNode.flatMap(pathPattern)
        guard (hostname == nil) == (hostnameNode == nil), (path == nil) == (pathNode == nil) else { return nil }
        return Route(hostname: hostname, path: path, range: node.range)
    }

    /// True for `public`; nil after a report, so that the lack is not reported again.
    private func access(_ pair: Node.Pair) -> Bool? {
        guard let word = pair.value.line(findings) else { return true }
        if word != "public" {
            findings.error(
                .notSupportedYet, "access policies are not supported yet", at: pair.value.range,
                hint: "'access: public' lets everybody in who reaches the route")
        }
        return true
    }

    private func reportMissingAccess(_ range: SourceRange, _ server: String) {
        findings.error(
            .missingAccess, "server '\(server)' does not say who may use this route", at: range,
            hint: "write 'access: public' when everybody may")
    }

    private func pathPattern(_ node: Node) -> String? {
        guard let text = node.line(findings) else { return nil }
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
            findings.add(
                Diagnostic(
                    .warning, .globLikePath, "this expression looks like a file pattern and means something else",
                    at: node.range, hint: PathPattern.hintForGlob(text)))
        } else if !pattern.isAnchored {
            findings.add(
                Diagnostic(
                    .warning, .unanchoredPath, "this expression matches anywhere in the path", at: node.range,
                    hint: text.hasPrefix("^")
                        ? "start each alternative with '^' to match from the beginning"
                        : "start it with '^' to match from the beginning"))
        }
        return text
    }
}

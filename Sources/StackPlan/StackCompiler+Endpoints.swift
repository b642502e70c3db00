// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

extension StackCompiler {
    /// The URLs under which clients reach a server, as far as its routes name them.
    ///
    /// A wildcard names no host, and a path expression names a prefix only when it is written like
    /// `^/prefix(/.*)?$`.
    func endpoints(of server: Server) -> [String] {
        server.routes.compactMap { route in
            let prefix: String
            if let path = route.path {
                guard let literal = literalPrefix(path) else { return nil }
                prefix = literal
            } else {
                prefix = ""
            }
            let isLocal = stack.tunnel == .local
            guard let host = route.hostname ?? (isLocal ? "127.0.0.1" : nil), !host.hasPrefix("*") else { return nil }
            let base = isLocal ? "http://\(host):\(Locations.gatewayPort)" : "https://\(host)"
            return base + prefix + server.endpointPath
        }
    }

    private func literalPrefix(_ pattern: String) -> String? {
        guard pattern.hasPrefix("^/") else { return nil }
        var text = pattern.dropFirst()
        for ending in ["(/.*)?$", "(/|$)", "/.*$", "/.*", "/"] where text.hasSuffix(ending) {
            text = text.dropLast(ending.count)
            break
        }
        let isLiteral = text.allSatisfy { $0.isLetter || $0.isNumber || "/-_".contains($0) }
        return isLiteral && text.count > 1 ? String(text) : nil
    }
}

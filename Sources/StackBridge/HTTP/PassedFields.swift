// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOHTTP1

/// What of the header of requests goes along to a server that speaks HTTP itself.
struct PassedFields: Sendable {
    /// Whether it is told the arguments that tools want repeated in the header (2026-07-28, `x-mcp-header`).
    var parameters = false
    /// Whether it is told who asks, and tells clients how to sign in.
    var authorization = false
    /// The path of its endpoint.
    var resource = "/mcp"

    /// The fields that go along.
    func fields(of headers: HTTPHeaders) -> [HTTPField] {
        let repeated = parameters ? Self.repeatedArguments(in: headers) : []
        guard authorization else { return repeated }
        return repeated + headers["authorization"].map { HTTPField("authorization", $0) }
    }

    /// Of the fields that go along, those that say who asks.
    static func credentials(in fields: [HTTPField]) -> [HTTPField] {
        fields.filter { $0.name == "authorization" }
    }

    /// The fields that repeat arguments of a tool.
    static func repeatedArguments(in headers: HTTPHeaders) -> [HTTPField] {
        headers.compactMap { name, value in
            guard FieldText(name).hasPrefix("mcp-param-") else { return nil }
            return HTTPField(name.lowercased(), String(decoding: FieldText(value).bytes, as: UTF8.self))
        }
    }

    /// The path at which the server itself has what a request for its OAuth metadata asks for (RFC 9728, section 3.1,
    /// and RFC 8414, section 3.1: the path of the resource stands behind the well-known name); nil for other requests.
    ///
    /// Nothing but these is passed on, since it is passed on without anybody having signed in.
    func metadataPath(_ uri: String, _ paths: EndpointPaths) -> String? {
        guard authorization, uri.hasPrefix("/.well-known/") else { return nil }
        let path = uri.prefix { $0 != "?" }
        let name = path.dropFirst("/.well-known/".count).prefix { $0 != "/" }
        guard Self.metadata.contains(String(name)) else { return nil }
        let resource = path.dropFirst("/.well-known/".count + name.count)
        if resource.isEmpty { return String(path) }
        return paths.stripped(resource) == paths.endpoint ? "/.well-known/\(name)\(self.resource)" : nil
    }

    private static let metadata: Set<String> = [
        "oauth-protected-resource", "oauth-authorization-server", "openid-configuration",
    ]
}

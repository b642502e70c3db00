// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// The `_meta` by which a stateless request says what a handshake would have said (2026-07-28, "_meta").
enum StatelessMeta {
    /// That of the bridge itself, which can do nothing that a server might ask for.
    static let own = JSONText.emptyObject.editing(append: [
        (MCPMeta.protocolVersion, JSONText(MCPProtocolVersion.v2026_07_28.rawValue)),
        (MCPMeta.clientCapabilities, .emptyObject),
        (
            MCPMeta.clientInfo,
            JSONText.emptyObject.editing(append: [("name", JSONText("mcp-stack-bridge")), ("version", JSONText("1"))])
        ),
    ])

    /// The parameters of a request of the bridge itself that has no others.
    static let parameters = JSONText.emptyObject.editing(append: [("_meta", own)])

    /// A request of a client with a session, as a stateless server wants it.
    static func added(to request: ByteBuffer) -> ByteBuffer {
        guard let text = try? JSONText(validating: request) else { return request }
        let parameters = text.member("params") ?? .emptyObject
        let meta = parameters.member("_meta") ?? .emptyObject
        let members = own.memberNames.compactMap { name in own.member(name).map { (name: name, value: $0) } }
        let edited = parameters.editing(append: [("_meta", meta.editing(append: members))])
        return text.editing(append: [("params", edited)]).bytes
    }

    /// A stateless request, as a server with a handshake wants it.
    static func removed(from request: JSONText) -> JSONText {
        guard let range = request.range(at: "params", "_meta") else { return request }
        let meta = request.value(in: range)
        guard meta.kind == .object else { return request }
        return request.replacing(range, with: meta.editing(remove: { $0.hasPrefix(MCPMeta.prefix) }))
    }
}

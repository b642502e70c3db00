// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// What a server said of itself when the bridge opened the conversation with it.
struct ServerIntroduction: Equatable {
    /// How the server is spoken to.
    enum Generation: Equatable {
        /// After a handshake, in this version (up to 2025-11-25).
        case sessions(MCPProtocolVersion)
        /// Each request by itself (2026-07-28).
        case stateless
    }

    let generation: Generation
    /// The `result` of `initialize` or of `server/discover`.
    let result: JSONText

    /// Reads the answer to `initialize`; nil when it names no version that is known.
    init?(initialize result: JSONText) {
        guard let text = result.member("protocolVersion")?.stringValue,
            let version = MCPProtocolVersion(rawValue: text),
            version.hasSessions
        else { return nil }
        generation = .sessions(version)
        self.result = result
    }

    /// Reads the answer to `server/discover`; nil when the server does not list the version that has it.
    init?(discover result: JSONText) {
        let versions = result.member("supportedVersions")?.elements.compactMap(\.stringValue) ?? []
        guard versions.contains(MCPProtocolVersion.v2026_07_28.rawValue) else { return nil }
        generation = .stateless
        self.result = result
    }

    /// The `result` for a client that begins a session.
    ///
    /// The client gets the version that it asked for where the bridge and the server know it, else the newest that
    /// both do (2025-11-25, "Lifecycle"). A server that is shared says nothing of what would be one for all clients.
    func initializeResult(for requested: MCPProtocolVersion?) -> JSONText {
        let newest: MCPProtocolVersion
        switch generation {
        case .sessions(let version): newest = version
        case .stateless: newest = .v2025_11_25
        }
        let version = requested.flatMap { $0.hasSessions && $0 <= newest ? $0 : nil } ?? newest
        var members: [(name: String, value: JSONText)] = [
            ("protocolVersion", JSONText(version.rawValue)), ("capabilities", capabilities),
        ]
        guard generation == .stateless else { return result.editing(append: members) }
        members.append(("serverInfo", serverInfo ?? Self.unnamed))
        return result.editing(
            remove: { ["supportedVersions", "resultType", "ttlMs", "cacheScope", "_meta"].contains($0) },
            append: members)
    }

    /// The `result` for a stateless client that asks what the server can do.
    var discoverResult: JSONText {
        guard generation != .stateless else {
            // A version that the server has and the bridge has not would be refused when the client chooses it.
            let offered = result.member("supportedVersions")?.elements.compactMap(\.stringValue) ?? []
            let served = offered.filter { MCPProtocolVersion(rawValue: $0) != nil }
            guard served.count < offered.count else { return result }
            return result.editing(append: [("supportedVersions", JSONText(served))])
        }
        var members: [(name: String, value: JSONText)] = [
            ("resultType", JSONText("complete")),
            ("supportedVersions", JSONText([MCPProtocolVersion.v2026_07_28.rawValue])),
            ("capabilities", capabilities),
        ]
        if let instructions = result.member("instructions") { members.append(("instructions", instructions)) }
        members += Self.uncached
        if let serverInfo {
            members.append(("_meta", JSONText.emptyObject.editing(append: [(MCPMeta.serverInfo, serverInfo)])))
        }
        return JSONText.emptyObject.editing(append: members)
    }

    /// What the server can do for many clients: not log as verbosely as one of them wants, nor keep tasks (2025-11-25),
    /// which any of them could list and end.
    private var capabilities: JSONText {
        (result.member("capabilities") ?? .emptyObject).editing(remove: { ["logging", "tasks"].contains($0) })
    }

    /// Who the server is, as it says itself; a stateless one need not.
    var serverInfo: JSONText? {
        result.member("serverInfo") ?? result.member("_meta")?.member(MCPMeta.serverInfo)
    }

    /// What stands for a server that does not say who it is: a session begins with a name and a version.
    private static let unnamed = JSONText.emptyObject.editing(append: [
        ("name", JSONText("unnamed")), ("version", JSONText("unknown")),
    ])

    /// The same server, when it is to promise no news.
    var withoutNews: ServerIntroduction {
        guard var capabilities = result.member("capabilities") else { return self }
        for list in ["tools", "prompts", "resources"] {
            guard let offered = capabilities.member(list), offered.kind == .object else { continue }
            let left = offered.editing(remove: { ["listChanged", "subscribe"].contains($0) })
            capabilities = capabilities.editing(append: [(list, left)])
        }
        return ServerIntroduction(generation, result.editing(append: [("capabilities", capabilities)]))
    }

    private init(_ generation: Generation, _ result: JSONText) {
        (self.generation, self.result) = (generation, result)
    }

    /// Whether the server offers news of single resources.
    var hasResourceSubscriptions: Bool {
        result.member("capabilities")?.member("resources")?.member("subscribe")?.kind == .boolean
            && result.range(at: "capabilities", "resources", "subscribe").map {
                result.value(in: $0) == JSONText(true)
            } ?? false
    }

    /// Whether the server says when a list changes: `tools`, `prompts` or `resources`.
    func announcesChanges(of list: String) -> Bool {
        result.range(at: "capabilities", list, "listChanged").map { result.value(in: $0) == JSONText(true) } ?? false
    }

    /// What results that may be cached carry when nothing is known of how long they hold.
    static let uncached: [(name: String, value: JSONText)] = [
        ("ttlMs", JSONText(0)), ("cacheScope", JSONText("private")),
    ]
}

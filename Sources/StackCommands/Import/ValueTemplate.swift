// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A value with the placeholders that MCP clients fill in when they start a server.
///
/// `${VAR}` and `${VAR:-default}` are Claude Code's and Docker Compose's, `${env:VAR}` and `${userHome}` Cursor's and VS
/// Code's, `${input:id}` and `${workspaceFolder}` VS Code's. A bare `$VAR` is text to all of the clients.
struct ValueTemplate: Equatable {
    /// A part of the value.
    enum Part: Equatable {
        /// Text.
        case literal(String)
        /// An environment variable of the client's, and what stands for it when it is not set.
        case variable(String, fallback: String?)
        /// What VS Code asks for.
        case input(String)
        /// A place in the client's world, such as the folder that is open.
        case place(String)
    }

    let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        var literal = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            guard let end = Self.end(of: rest[start.upperBound...]) else { break }
            literal += rest[..<start.lowerBound]
            let body = String(rest[start.upperBound..<end])
            rest = rest[rest.index(after: end)...]
            guard let part = Self.part(body) else {
                literal += "${\(body)}"
                continue
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            parts.append(part)
        }
        literal += rest
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
    }

    /// The value where nothing has to be filled in.
    var literal: String? {
        var result = ""
        for part in parts {
            guard case .literal(let text) = part else { return nil }
            result += text
        }
        return result
    }

    /// The text of the file again.
    var text: String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .variable(let name, let fallback): "${\(name)\(fallback.map { ":-\($0)" } ?? "")}"
            case .input(let id): "${input:\(id)}"
            case .place(let name): "${\(name)}"
            }
        }.joined()
    }

    /// The closing brace, behind those of placeholders inside.
    private static func end(of text: Substring) -> String.Index? {
        var depth = 1
        for index in text.indices {
            if text[index] == "{" { depth += 1 }
            if text[index] == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    private static let places: Set<String> = [
        "workspaceFolder", "workspaceFolderBasename", "workspaceRoot", "userHome", "cwd", "file", "fileDirname",
        "fileWorkspaceFolder", "relativeFile", "pathSeparator", "/", "execPath", "HOME", "PWD", "USERPROFILE",
        "APPDATA",
        "CLAUDE_PLUGIN_ROOT", "CLAUDE_PLUGIN_DATA", "CLAUDE_PROJECT_DIR", "__dirname",
    ]

    private static func part(_ body: String) -> Part? {
        if body.hasPrefix("input:") { return .input(String(body.dropFirst(6))) }
        if body.hasPrefix("workspaceFolder:") { return .place(body) }
        let named = body.hasPrefix("env:") ? String(body.dropFirst(4)) : body
        if places.contains(named) { return .place(named) }
        let name = String(named.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        guard let first = name.first, !first.isNumber else { return nil }
        let rest = named.dropFirst(name.count)
        if rest.isEmpty { return .variable(name, fallback: nil) }
        if rest.hasPrefix(":-") { return .variable(name, fallback: String(rest.dropFirst(2))) }
        if rest.hasPrefix("-") { return .variable(name, fallback: String(rest.dropFirst())) }
        if rest.hasPrefix(":?") || rest.hasPrefix("?") { return .variable(name, fallback: nil) }
        return nil
    }
}

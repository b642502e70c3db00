// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension ServerDraft {
    /// Opens the paths that the server is given: the sandbox hides homes and lets nothing be changed.
    mutating func openPaths() {
        let script = scriptIndex
        for index in words.indices.dropFirst() {
            let word = words[index]
            guard !word.contains(Self.removed) else { continue }
            let path = Self.option(word).1 ?? word
            consider(path, isScript: index == script)
        }
        for variable in environment {
            // A list of paths, as PATH and NODE_PATH are.
            let isList = variable.name.hasSuffix("PATH") && variable.value.contains(":/")
            for part in isList ? variable.value.split(separator: ":").map(String.init) : [variable.value] {
                consider(part, isScript: false)
            }
        }
        guard !(reads + writes).isEmpty else { return }
        say(
            .note(
                "it runs as a user of its own: of what 'paths' opens it sees what everybody may read, and changes what "
                    + "everybody may write",
                remedy: mayWrite && !writes.isEmpty ? "move what it need not change from 'write' to 'read'" : nil))
    }

    /// Whether a server of this kind is there to change files.
    private var mayWrite: Bool {
        let words = words.joined(separator: " ").lowercased()
        return ["filesystem", "server-git", "sqlite", "memory", "obsidian"].contains { words.contains($0) }
    }

    private mutating func consider(_ path: String, isScript: Bool) {
        if WindowsPath.isOne(path) {
            return say(
                .todo("\(shown(path)) is a path of Windows", remedy: "write where it is on this machine, and open that")
            )
        }
        if path == "~" || path == "." || path == ".." || ["~/", "./", "../", "$HOME/"].contains(where: path.hasPrefix) {
            return say(
                .todo(
                    "\(shown(path)) is a relative path, which means nothing to a service",
                    remedy: "write the absolute path, and open it: paths: { read: [/that/path] }"))
        }
        guard path.hasPrefix("/"), path.count > 1, !path.contains(" "), Self.isPlainPath(path) else {
            if path.hasPrefix("/"), path.contains(" "), host.kind(path) != nil { open(path) }
            return
        }
        if isScript { return script(path) }
        guard let kind = host.kind(path) else {
            if Self.isHidden(path) || mayWrite { missing(path) }
            return
        }
        switch kind {
        case .directory: open(path)
        case .file where Self.isDatabase(path): open(Self.parent(of: path))
        case .file: if Self.isHidden(path) { open(path, forWriting: false) }
        }
    }

    private mutating func open(_ path: String, forWriting: Bool? = nil) {
        guard !path.contains(where: { ":\t".contains($0) }) else {
            return say(
                .todo("\(shown(path)) has a ':', and cannot be opened to a unit", remedy: "give it another name"))
        }
        if forWriting ?? mayWrite {
            if !writes.contains(path) { writes.append(path) }
        } else if !reads.contains(path) {
            reads.append(path)
        }
    }

    private mutating func script(_ path: String) {
        if Self.isHidden(path) {
            say(
                .todo(
                    "\(shown(path)) lives in a home directory, which a confined service does not see",
                    remedy: "copy the program with all it needs below /opt, and write that path"))
        } else if host.kind(path) == nil {
            say(.todo("there is no \(shown(path)) on this machine", remedy: "copy it here, or correct the path"))
        }
    }

    private mutating func missing(_ path: String) {
        let verb = mayWrite ? "write" : "read"
        say(
            .todo(
                "there is no \(shown(path)) on this machine",
                remedy: "write the path that is meant, and open it: paths: { \(verb): [/that/path] }"))
    }

    /// The argument that names the program which an interpreter runs.
    private var scriptIndex: Int? {
        let interpreters: Set = ["node", "python", "python3", "bash", "sh", "deno", "bun", "ruby", "java", "tsx", "uv"]
        guard interpreters.contains(Self.lastComponent(words[0])) else { return nil }
        if let option = words.firstIndex(where: { ["--directory", "--project", "-jar"].contains($0) }),
            option + 1 < words.count
        {
            return option + 1
        }
        let endings = [".js", ".mjs", ".cjs", ".ts", ".py", ".sh", ".rb", ".jar"]
        return words.indices.dropFirst().first { index in endings.contains { words[index].hasSuffix($0) } }
    }

    private static func isDatabase(_ path: String) -> Bool {
        [".db", ".sqlite", ".sqlite3"].contains { path.hasSuffix($0) }
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? path
    }

    private static func isPlainPath(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !parts.contains(".") && !parts.contains("..") && !path.hasPrefix("//")
    }
}

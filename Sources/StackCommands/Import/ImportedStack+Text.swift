// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackPlan

extension ImportedStack {
    /// The stack file, with comments about what could not be mapped.
    ///
    /// - Parameter file: The name of the file that was imported.
    /// - Returns: The text.
    func text(from file: String) -> String {
        var page = CommentedYAML()
        header(&page, file)
        page.line("version: 1")
        if let domain { page.entry(.init("domain", .text(domain)), 0) }
        page.blank()
        switch tunnel {
        case .local: page.entry(.init("tunnel", .map([.init("mode", .text("local"))])), 0, isBlock: true)
        case .named(let entries):
            page.entry(.init("tunnel", .map([.init("mode", .text("named"))] + entries)), 0, isBlock: true)
        }
        if !defaults.isEmpty {
            page.blank()
            page.entry(.init("defaults", .map(defaults)), 0, isBlock: true)
        }
        page.blank()
        page.line("servers:")
        for (index, server) in listed.enumerated() {
            if index > 0 { page.blank() }
            write(server, &page)
        }
        return page.text
    }

    /// The servers, and the stack's own where there would be none: a stack without servers is an error.
    private var listed: [ImportedServer] {
        guard servers.allSatisfy({ $0.entries == nil }) else { return servers }
        var names = ServerNames()
        for server in servers { _ = names.take(server.name) }
        let own = ImportedServer(
            name: names.take("status"), entries: [.init("builtin", .text("status"))],
            remarks: [.note("the stack's own server, since nothing else of the file could become one")])
        return servers + [own]
    }

    private func header(_ page: inout CommentedYAML, _ file: String) {
        page.line("# yaml-language-server: $schema=/usr/share/mcp-stack/stack.schema.json")
        page.comment(
            "Imported from '\(file)', \(format). In the comments, 'todo' is for you to decide or do; 'note' says what was "
                + "changed and why. Then: mcp-stack check, mcp-stack plan, mcp-stack apply.", 0)
        page.comment("", 0)
        if isPublic {
            page.comment(
                "access: nobody is let in yet. These names are for the internet, so who may use each server is your "
                    + "decision: write 'access: POLICY' (or 'access: public' for everybody) at each 'todo: access'. "
                    + "Until then 'mcp-stack check' names each of them (MCS3001).", 0)
        } else {
            page.comment(
                "access: 'mode: local' serves this machine alone, at http://NAME.localhost:8787, so each server says "
                    + "'access: public'. Behind a tunnel that is the whole internet: before you change 'mode', decide "
                    + "for each server who may use it.", 0)
        }
        if !secrets.isEmpty {
            page.comment("", 0)
            page.comment("No secret is in this file. Those that it names are set as root, with:", 0)
            for line in secretCommands(secrets) { page.line("#   \(line)") }
        }
        for remark in remarks + tunnelRemarks {
            page.comment("", 0)
            page.remark(remark, 0)
        }
    }

    private var tunnelRemarks: [Remark] {
        guard tunnel == .local, isPublic else { return [] }
        return [
            .todo(
                "the file names no tunnel, so the public names lead nowhere yet",
                remedy:
                    "tunnel: { mode: named, id: UUID, credentials: /path/UUID.json }, as 'cloudflared tunnel create' "
                    + "prints them")
        ]
    }

    /// The commands that set secrets, each with what it is for, one below the other.
    func secretCommands(_ secrets: [ImportedSecret]) -> [String] {
        let width = secrets.map(\.credential.count).max() ?? 0
        return secrets.map { secret in
            let padding = String(repeating: " ", count: width - secret.credential.count)
            let uses = secret.uses.prefix(3).joined(separator: ", ") + (secret.uses.count > 3 ? ", …" : "")
            return "mcp-stack secret set \(secret.credential)\(padding)  # \(YAMLText.comment(uses))"
        }
    }

    private func write(_ server: ImportedServer, _ page: inout CommentedYAML) {
        guard let entries = server.entries else {
            page.comment("\(server.name): left out", 2)
            for remark in server.remarks { page.remark(remark, 2) }
            return
        }
        page.line("  \(YAMLText.word(server.name)):")
        for remark in server.remarks { page.remark(remark, 4) }
        for entry in entries { page.entry(entry, 4) }
        routes(of: server, &page)
        if isPublic {
            page.comment("todo: access: who may use it?", 4)
        } else {
            page.entry(.init("access", .text("public")), 4)
        }
    }

    private func routes(of server: ImportedServer, _ page: inout CommentedYAML) {
        if server.routes.count == 1, server.routes[0].count == 1, let hostname = server.routes[0].first,
            hostname.key == "hostname"
        {
            page.entry(hostname, 4)
        } else if !server.routes.isEmpty {
            page.line("    routes:")
            for route in server.routes { page.line("      - \(YAMLValue.map(route).flow)") }
        } else if domain == nil {
            if tunnel == .local {
                page.entry(.init("hostname", .text("\(server.name).localhost")), 4)
            } else {
                page.comment("todo: hostname: the public name, such as \(server.name).example.com", 4)
            }
        }
    }
}

/// A YAML text in the making: entries, and comments in lines of bounded length.
struct CommentedYAML {
    private var lines: [String] = []
    private static let width = 100

    var text: String { lines.joined(separator: "\n") + "\n" }

    mutating func line(_ line: String) {
        lines.append(line)
    }

    mutating func blank() {
        lines.append("")
    }

    mutating func entry(_ entry: YAMLValue.Entry, _ indent: Int, isBlock: Bool = false) {
        lines += entry.value.lines(under: entry.key, indent: indent, width: isBlock ? 0 : Self.width)
    }

    mutating func remark(_ remark: Remark, _ indent: Int) {
        comment("\(remark.kind.rawValue): \(remark.text)" + (remark.remedy == nil ? "" : ";"), indent, hanging: 2)
        if let remedy = remark.remedy { comment("  \(remedy)", indent, hanging: 2) }
    }

    /// A comment, broken between words; an empty one is a lone `#`.
    mutating func comment(_ text: String, _ indent: Int, hanging: Int = 0) {
        let margin = String(repeating: " ", count: indent) + "#"
        let text = YAMLText.comment(text)
        let lead = String(text.prefix { $0 == " " })
        var line = margin
        var isFirst = true
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > Self.width, line != margin {
                lines.append(line)
                line = margin
                isFirst = false
            }
            if line == margin { line += isFirst ? lead : String(repeating: " ", count: hanging) }
            line += " \(word)"
        }
        lines.append(line)
    }
}

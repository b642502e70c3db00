// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import StackModel

/// The manual page stack.yaml(5): prose, and every key of the configuration language.
struct ManualPage {
    let root: LanguageSection
    /// The example at the end.
    let example: String

    var text: String {
        var out = Self.head
        for section in root.withDescendants { out += self.section(section) }
        out += ".SH EXAMPLE\n.nf\n"
        for line in example.split(separator: "\n", omittingEmptySubsequences: false) {
            out += Self.escaped(line) + "\n"
        }
        return out.trimmingNewlines + "\n.fi\n" + Self.foot
    }

    private func section(_ section: LanguageSection) -> String {
        var out = ".SH \(Self.title(of: section).uppercased())\n\(Self.escaped(section.summary))\n"
        if !section.oneOf.isEmpty {
            let names = section.oneOf.map { "\\fB\(Self.escaped($0))\\fR" }
            out += "Exactly one of \(names.joined(separator: ", ")) must be there.\n"
        }
        if section.name == "defaults" {
            // They stand under SERVER once, with all that there is to say.
            return out + section.keys.map { "\\fB\(Self.escaped($0.name))\\fR" }.joined(separator: ", ") + "\n"
        }
        for key in section.keys {
            out += ".TP\n\\fB\(Self.escaped(key.name))\\fR: \(Self.type(key.value))"
            out += key.isRequired ? " (required)\n" : "\n"
            out += Self.escaped(key.summary) + "\n"
            var facts: [String] = []
            if let fallback = key.fallback { facts.append("Default: \(Self.escaped(fallback)).") }
            if let effect = key.effect { facts.append("Becomes: \(Self.escaped(effect)).") }
            if let since = key.since { facts.append("Needs systemd \(since).") }
            if !facts.isEmpty { out += ".br\n\(facts.joined(separator: " "))\n" }
        }
        return out
    }

    /// What a mapping is called, for headings and references.
    private static func title(of section: LanguageSection) -> String {
        section.name == "stack" ? "the file" : section.name
    }

    private static func type(_ value: LanguageValue) -> String {
        switch value {
        case .text(let word, _): "\\fI\(escaped(word))\\fR"
        case .boolean: "true | false"
        case .number(let range): range.count == 1 ? "\(range.lowerBound)" : "\\fInumber\\fR"
        case .duration: "\\fIduration\\fR"
        case .size: "\\fIsize\\fR"
        case .percentage: "\\fIpercentage\\fR"
        case .word(let words): words.map { escaped($0.isEmpty ? "\"\"" : $0) }.joined(separator: " | ")
        case .path: "\\fIpath\\fR"
        case .list(let item): "[\(type(item)), ...]"
        case .mapping(let section): "{ \(escaped(section.name)) }"
        case .table(let word, _, let item): "{ \\fI\(escaped(word))\\fR: \(type(item)), ... }"
        case .either(let values): values.map(type).joined(separator: " | ")
        }
    }

    /// Text as roff reads it: hyphens that can be copied, and no line that looks like a request.
    private static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            default: result.append(character)
            }
        }
        return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
    }

    private static let head = #"""
        .\" SPDX-License-Identifier: Apache-2.0
        .\" Written by the tests of the configuration language from its description: see Tests/LanguageTests.
        .TH STACK.YAML 5 "" "mcp\-stack" "mcp\-stack"
        .SH NAME
        stack.yaml \- the MCP servers of a machine and how the world reaches them
        .SH SYNOPSIS
        .I /etc/mcp\-stack/stack.yaml
        .SH DESCRIPTION
        The file that
        .BR mcp\-stack (1)
        turns into systemd units, a configuration of cloudflared or of the local gateway, and a plan of what there is
        to do at Cloudflare.
        It is YAML 1.2, core schema: \fIyes\fR and \fIno\fR are words, \fItrue\fR and \fIfalse\fR are booleans.
        A key that is not described here is an error, and so is one that stands twice.
        .PP
        A \fIduration\fR has its unit, and may have several: 500ms, 30s, 10m, 1h30m, 1d.
        A \fIsize\fR is a number with K, M, G or T, which count by 1024.
        A \fIpercentage\fR is of one processor; 200% are two.
        A \fIpath\fR is absolute, without "." and "..".
        Text may stand without quotes where YAML allows it; a host name that begins with "*" needs them.
        .PP
        Under each key stands what holds without it, and the directive of systemd, the key or the option of
        cloudflared, or the option of the bridge that it becomes.
        .PP
        Editors complete and check the file with the schema
        .IR /usr/share/mcp\-stack/stack.schema.json ,
        when its first line is
        .PP
        .nf
            # yaml\-language\-server: $schema=/usr/share/mcp\-stack/stack.schema.json
        .fi

        """#

    private static let foot = #"""
        .SH FILES
        .TP
        .I /etc/mcp\-stack/stack.yaml
        The file.
        .TP
        .I /usr/share/mcp\-stack/stack.schema.json
        Its JSON Schema.
        .TP
        .I /usr/share/doc/mcp\-stack/examples
        Examples.
        .TP
        .I /etc/credstore.encrypted/mcp\-stack.NAME
        A secret, encrypted for this machine.
        .SH SEE ALSO
        .BR mcp\-stack (1),
        .BR mcp\-stack\-bridge (1),
        .BR mcp\-stackd (8),
        .BR systemd.exec (5),
        .BR systemd.resource\-control (5),
        .BR systemd\-creds (1)

        """#
}

extension String {
    fileprivate var trimmingNewlines: String {
        var text = self
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}

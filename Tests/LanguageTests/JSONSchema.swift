// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import StackModel

/// The JSON Schema (draft 7, which YAML language servers read) of the configuration language.
struct JSONSchema {
    let root: LanguageSection

    var text: String {
        let definitions = root.withDescendants.filter { $0.name != root.name }
        var members: [(String, JSON)] = [
            ("$schema", .string("http://json-schema.org/draft-07/schema#")),
            ("$id", .string("file:///usr/share/mcp-stack/stack.schema.json")),
            ("title", .string("mcp-stack: the MCP servers of a machine")),
        ]
        members += object(root)
        members.append(("definitions", .object(definitions.map { ($0.name, .object(object($0))) })))
        return JSON.object(members).text() + "\n"
    }

    private func object(_ section: LanguageSection) -> [(String, JSON)] {
        var members: [(String, JSON)] = [
            ("type", .string("object")), ("description", .string(section.summary)),
            ("properties", .object(section.keys.map { ($0.name, .object(property($0))) })),
        ]
        let required = section.keys.filter(\.isRequired).map(\.name)
        if !required.isEmpty { members.append(("required", .array(required.map(JSON.string)))) }
        if !section.oneOf.isEmpty {
            members.append(
                ("oneOf", .array(section.oneOf.map { .object([("required", .array([.string($0)]))]) })))
        }
        members.append(("additionalProperties", .literal("false")))
        return members
    }

    private func property(_ key: LanguageKey) -> [(String, JSON)] {
        var description = key.summary
        if let fallback = key.fallback { description += " Default: \(fallback)." }
        if let effect = key.effect { description += " Becomes: \(effect)." }
        if let since = key.since { description += " Needs systemd \(since)." }
        return [("description", .string(description))] + type(key.value)
    }

    private func type(_ value: LanguageValue) -> [(String, JSON)] {
        switch value {
        case .text(_, let pattern):
            // A number is taken as it is written.
            pattern.map { [("type", .string("string")), ("pattern", .string($0))] }
                ?? [("type", .array([.string("string"), .string("number")]))]
        case .boolean: [("type", .string("boolean"))]
        case .number(let range):
            [
                ("type", .string("integer")), ("minimum", .literal("\(range.lowerBound)")),
                ("maximum", .literal("\(range.upperBound)")),
            ]
        case .duration: [("type", .string("string")), ("pattern", .string("^([0-9]+(ms|s|m|h|d))+$"))]
        case .size: [("type", .string("string")), ("pattern", .string("^[0-9]+[KMGT]$"))]
        case .percentage: [("type", .string("string")), ("pattern", .string("^[0-9]+%$"))]
        case .word(let words): [("enum", .array(words.map(JSON.string)))]
        case .path: [("type", .string("string")), ("pattern", .string("^/"))]
        case .list(let item): [("type", .string("array")), ("items", .object(type(item)))]
        case .mapping(let section): [("$ref", .string("#/definitions/\(section.name)"))]
        case .table(_, let pattern, let item): table(pattern, item)
        case .either(let values): [("anyOf", .array(values.map { .object(type($0)) }))]
        }
    }

    private func table(_ pattern: String?, _ item: LanguageValue) -> [(String, JSON)] {
        guard let pattern else {
            return [("type", .string("object")), ("additionalProperties", .object(type(item)))]
        }
        return [
            ("type", .string("object")), ("patternProperties", .object([(pattern, .object(type(item)))])),
            ("additionalProperties", .literal("false")),
        ]
    }
}

/// A JSON value that keeps the order of its members.
indirect enum JSON {
    case object([(String, JSON)])
    case array([JSON])
    case string(String)
    case literal(String)

    func text(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .object(let members):
            let lines = members.map { "\(inner)\(Self.quoted($0)): \($1.text(indent: inner))" }
            return members.isEmpty ? "{}" : "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let items):
            return "[" + items.map { $0.text(indent: inner) }.joined(separator: ", ") + "]"
        case .string(let text): return Self.quoted(text)
        case .literal(let text): return text
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text {
            if character == "\"" || character == "\\" { result.append("\\") }
            result.append(character)
        }
        return result + "\""
    }
}

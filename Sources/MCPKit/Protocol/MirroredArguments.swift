// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import NIOCore

/// The arguments of a server's tools that requests repeat in their header, so that who routes them need not read their
/// body (2026-07-28, Streamable HTTP, "Custom Headers from Tool Parameters").
public struct MirroredArguments: Sendable, Equatable {
    /// An argument, and the field that repeats it.
    struct Mirror: Sendable, Equatable {
        var field: String
        /// The names that lead to the argument.
        var path: [String]
        var isInteger: Bool
    }

    /// By the name of the tool; tools that want nothing repeated are not in here.
    private var mirrors: [String: [Mirror]] = [:]

    /// Nothing is repeated.
    public init() {}

    /// Takes in the tools of one page of `tools/list`, given its `result`.
    ///
    /// A tool that marks its arguments wrongly is one that clients must not see; nothing of it is held against those
    /// that call it all the same.
    public mutating func add(toolsOf page: JSONText) {
        for tool in page.member("tools")?.elements ?? [] {
            guard let name = tool.member("name")?.stringValue, let schema = tool.member("inputSchema") else { continue }
            let marks = try? Self.mirrors(in: schema)
            mirrors[name] = marks?.isEmpty == false ? marks : nil
        }
    }

    /// The same page of `tools/list`, given its `result`, without the tools that mark their arguments wrongly, and the
    /// names of those; nil when there are none.
    ///
    /// Clients that speak HTTP must not see them ("Schema Extension").
    public static func withoutInvalidTools(_ page: JSONText) -> (page: JSONText, names: [String])? {
        guard let range = page.range(at: "tools") else { return nil }
        var (valid, invalid): ([JSONText], [JSONText]) = ([], [])
        for tool in page.value(in: range).elements {
            let isValid = tool.member("inputSchema").map { (try? mirrors(in: $0)) != nil } ?? true
            isValid ? valid.append(tool) : invalid.append(tool)
        }
        guard !invalid.isEmpty else { return nil }
        return (page.replacing(range, with: JSONText(valid)), invalid.map { $0.member("name")?.stringValue ?? "" })
    }

    /// The fields that a client sends with a call.
    public func fields(of call: JSONRPCMessage) -> [HTTPField] {
        mirrors(of: call).compactMap { mirror in
            Self.argument(of: call, at: mirror.path).flatMap(Self.text(of:))
                .map { HTTPField(mirror.field, HeaderText.encoded($0)) }
        }
    }

    /// What of the fields of a call does not repeat its arguments; nil when all do.
    ///
    /// Fields that nobody has asked for may say anything.
    public func mismatch(of call: JSONRPCMessage, fields: [HTTPField]) -> String? {
        for mirror in mirrors(of: call) {
            let argument = Self.argument(of: call, at: mirror.path)
            let text = argument.flatMap(Self.text(of:))
            let found = fields.filter { $0.name.lowercased() == mirror.field.lowercased() }
            let place = "the body's params.arguments.\(mirror.path.joined(separator: "."))"
            switch (found.first, text) {
            case (nil, nil): continue
            case (nil, _): return "\(mirror.field) is missing, and \(place) is not"
            case (_, _) where found.count > 1: return "\(mirror.field) stands there more than once"
            case (_, nil): return "\(mirror.field) repeats \(place), which is not there"
            case (let field?, let text?):
                guard let said = HeaderText.decoded(field.value) else { return "\(mirror.field) is not well encoded" }
                // By byte: to Swift, é is é however it is spelled, but not to the server.
                let isSame =
                    said.utf8.elementsEqual(text.utf8) || mirror.isInteger && Self.areSameInteger(said, text)
                guard isSame else { return "\(mirror.field) does not match \(place)" }
            }
        }
        return nil
    }

    private func mirrors(of call: JSONRPCMessage) -> [Mirror] {
        guard !mirrors.isEmpty, let range = call.parameterRange(at: "name"),
            let name = call.text.value(in: range).stringValue
        else { return [] }
        return mirrors[name] ?? []
    }

    private static func argument(of call: JSONRPCMessage, at path: [String]) -> JSONText? {
        var value = call.parameterRange(at: "arguments").map(call.text.value(in:))
        for name in path { value = value?.member(name) }
        return value
    }

    /// The text of a value in a field ("Value Encoding"); nil for what no field repeats.
    private static func text(of value: JSONText) -> String? {
        switch value.kind {
        case .string: return value.stringValue
        case .boolean: return String(buffer: value.bytes)
        case .number:
            let spelled = String(buffer: value.bytes)
            guard Int(spelled) == nil, let number = Double(spelled), let integer = Int(exactly: number) else {
                return spelled
            }
            return String(integer)
        case .null, .array, .object: return nil
        }
    }

    /// `42` and `42.0` ("Server Validation").
    private static func areSameInteger(_ left: String, _ right: String) -> Bool {
        let isDecimal: (String) -> Bool = { $0.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) } }
        guard isDecimal(left), isDecimal(right), let left = Double(left), let right = Double(right) else {
            return false
        }
        // Of these integers each is a number of its own; arguments that are repeated are no others.
        return left == right && left.magnitude < 0x20_0000_0000_0000
    }
}

// MARK: Marks

extension MirroredArguments {
    /// A tool marks its arguments against the rules ("Schema Extension").
    private struct Invalid: Error {}

    private static func mirrors(in schema: JSONText) throws -> [Mirror] {
        var found: [Mirror] = []
        try visit(schema, at: [], &found)
        return found
    }

    /// The keywords of JSON Schema 2020-12 whose value is a schema, a list or an object of schemas.
    private static let schemaKeywords: Set<String> = [
        "items", "contains", "unevaluatedItems", "additionalProperties", "propertyNames", "unevaluatedProperties",
        "not", "if", "then", "else", "contentSchema", "allOf", "anyOf", "oneOf", "prefixItems", "patternProperties",
        "dependentSchemas", "$defs", "definitions",
    ]

    /// The keywords whose value is an object of schemas by names of any kind.
    private static let keywordsWithNames: Set<String> = [
        "patternProperties", "dependentSchemas", "$defs", "definitions",
    ]

    /// Looks for marks in a schema; `path` is nil where there must be none, as the argument has no fixed place.
    private static func visit(_ schema: JSONText, at path: [String]?, _ found: inout [Mirror]) throws {
        var children: [(JSONText, [String]?)] = []
        schema.forEachMember { keyword, range in
            let value = schema.value(in: range)
            switch keyword {
            case "properties":
                value.forEachMember { name, range in children.append((value.value(in: range), path.map { $0 + [name] }))
                }
            case _ where keywordsWithNames.contains(keyword):
                value.forEachMember { _, range in children.append((value.value(in: range), nil)) }
            case _ where schemaKeywords.contains(keyword):
                children += (value.kind == .array ? value.elements : [value]).map { ($0, nil) }
            default: break
            }
        }
        if let mark = schema.member("x-mcp-header") {
            let mirror = try mirror(mark, of: schema, at: path)
            guard !found.contains(where: { $0.field.lowercased() == mirror.field.lowercased() }) else {
                throw Invalid()
            }
            found.append(mirror)
        }
        for (child, path) in children { try visit(child, at: path, &found) }
    }

    private static func mirror(_ mark: JSONText, of schema: JSONText, at path: [String]?) throws -> Mirror {
        guard let path, !path.isEmpty, let name = mark.stringValue, isToken(name),
            let type = schema.member("type")?.stringValue, ["string", "integer", "boolean"].contains(type)
        else { throw Invalid() }
        return Mirror(field: MCPHeader.parameterPrefix + name, path: path, isInteger: type == "integer")
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics

/// A YAML value with the place it was read from.
public struct Node: Sendable {
    /// What the value is.
    public enum Content: Sendable {
        /// A scalar, still as text.
        case scalar(Scalar)
        /// A sequence.
        case sequence([Node])
        /// A mapping, in the order of the file; keys are unique.
        case mapping([Pair])
    }

    /// A scalar as it was written.
    public struct Scalar: Sendable {
        /// The text, with quotes and escapes of YAML resolved.
        public var text: String
        /// Whether it was written without quotes, so that it may mean something other than a string.
        public var isPlain: Bool
    }

    /// One entry of a mapping.
    public struct Pair: Sendable {
        /// The key.
        public var key: String
        /// Where the key stands.
        public var keyRange: SourceRange
        /// The value.
        public var value: Node
    }

    /// What the value is.
    public var content: Content
    /// Where it stands.
    public var range: SourceRange
}

extension Node {
    /// What a plain scalar means in the YAML 1.2 core schema.
    public enum CoreValue: Sendable, Equatable {
        /// Nothing: empty, `~` or `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A whole number.
        case int(Int)
        /// Any other number; its text stands in the scalar.
        case float
        /// Text.
        case string
    }

    /// The core-schema meaning of a scalar; nil for sequences and mappings.
    public var coreValue: CoreValue? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar.isPlain ? Self.resolve(scalar.text) : .string
    }

    /// The name of the value's type, for messages.
    public var typeName: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar:
            switch coreValue {
            case .null: "nothing"
            case .bool: "a boolean"
            case .int, .float: "a number"
            default: "a string"
            }
        }
    }

    /// YAML 1.2.2, section 10.3.2: tag resolution of the core schema.
    private static func resolve(_ text: String) -> CoreValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        if let octal = digits(text, after: "0o", where: { ("0"..."7").contains($0) }) {
            return Int(octal, radix: 8).map(CoreValue.int) ?? .float
        }
        if let hexadecimal = digits(text, after: "0x", where: \.isASCIIHexDigit) {
            return Int(hexadecimal, radix: 16).map(CoreValue.int) ?? .float
        }
        let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        if !unsigned.isEmpty, unsigned.unicodeScalars.allSatisfy({ ("0"..."9").contains($0) }) {
            return Int(text).map(CoreValue.int) ?? .float
        }
        return isFloat(unsigned) ? .float : .string
    }

    private static func digits(
        _ text: String, after prefix: String, where isDigit: (Unicode.Scalar) -> Bool
    ) -> Substring? {
        guard text.hasPrefix(prefix) else { return nil }
        let rest = text.dropFirst(prefix.count)
        return !rest.isEmpty && rest.unicodeScalars.allSatisfy(isDigit) ? rest : nil
    }

    private static func isFloat(_ text: Substring) -> Bool {
        if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(text) { return true }
        guard let first = text.unicodeScalars.first, first == "." || ("0"..."9").contains(first) else { return false }
        return Double(text) != nil && text.unicodeScalars.allSatisfy { "0123456789.eE+-".unicodeScalars.contains($0) }
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIIHexDigit: Bool {
        properties.isASCIIHexDigit
    }
}

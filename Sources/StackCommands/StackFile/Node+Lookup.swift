// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import LocatedYAML

extension Node {
    /// The value of a mapping's key; nil for anything else.
    subscript(_ key: String) -> Node? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    /// The entries of a mapping; empty for anything else.
    var entries: [Pair] {
        if case .mapping(let pairs) = content { pairs } else { [] }
    }

    /// The items of a sequence; nil for anything else.
    var items: [Node]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The text of a scalar; nil for nothing, for sequences and mappings.
    var text: String? {
        guard case .scalar(let scalar) = content, coreValue != .null else { return nil }
        return scalar.text
    }

    /// Whether this is `true`, or the text.
    var isTrue: Bool { coreValue == .bool(true) || text == "true" }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A value to be written into a YAML file; every string in it passes through ``YAMLText``.
public indirect enum YAMLValue: Sendable, Equatable {
    /// One entry of a mapping.
    public struct Entry: Sendable, Equatable {
        /// The key.
        public var key: String
        /// The value.
        public var value: YAMLValue

        /// Creates an entry.
        public init(_ key: String, _ value: YAMLValue) {
            self.key = key
            self.value = value
        }
    }

    /// Text, read back as exactly that text.
    case text(String)
    /// A whole number.
    case number(Int)
    /// True or false.
    case bool(Bool)
    /// A sequence.
    case list([YAMLValue])
    /// A mapping in its order.
    case map([Entry])

    /// The value in one line, in flow style.
    public var flow: String {
        switch self {
        case .text(let text): YAMLText.word(text)
        case .number(let number): String(number)
        case .bool(let bool): bool ? "true" : "false"
        case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
        case .map(let entries):
            entries.isEmpty
                ? "{}"
                : "{ " + entries.map { "\(YAMLText.word($0.key)): \($0.value.flow)" }.joined(separator: ", ") + " }"
        }
    }

    /// The lines of an entry of a block mapping: one line while it fits, one for each part otherwise.
    ///
    /// - Parameters:
    ///   - key: The entry's key.
    ///   - indent: The column it starts in, from 0.
    ///   - width: The most columns that a collection may take in one line.
    /// - Returns: The lines, without line breaks.
    public func lines(under key: String, indent: Int, width: Int = 100) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let line = "\(margin)\(YAMLText.word(key)): \(flow)"
        let head = "\(margin)\(YAMLText.word(key)):"
        switch self {
        case .list(let items) where line.count > width && !items.isEmpty:
            return [head] + items.map { "\(margin)  - \($0.flow)" }
        case .map(let entries) where line.count > width && !entries.isEmpty:
            return [head] + entries.flatMap { $0.value.lines(under: $0.key, indent: indent + 2, width: width) }
        default:
            return [line]
        }
    }
}

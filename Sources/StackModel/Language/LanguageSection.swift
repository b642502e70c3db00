// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// One kind of mapping of the configuration language: what it describes and which keys it has.
///
/// The decoder asks for no other keys, and the JSON Schema and the manual page are written from the same values.
public struct LanguageSection: Sendable {
    /// What the mapping is called in the schema and in the manual: `server`.
    public var name: String
    /// What it describes, as a sentence.
    public var summary: String
    /// The keys, in the order in which they are explained.
    public var keys: [LanguageKey]
    /// The keys of which exactly one must be given; empty when there is no such choice.
    public var oneOf: [String]

    private let index: [String: Int]

    /// Creates a section.
    public init(_ name: String, _ summary: String, oneOf: [String] = [], keys: [LanguageKey]) {
        self.name = name
        self.summary = summary
        self.oneOf = oneOf
        self.keys = keys
        index = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1.name, $0) })
    }

    /// This section and all that its keys lead to, each once, in the order in which they are met.
    public var withDescendants: [LanguageSection] {
        var found: [LanguageSection] = []
        var waiting = [self]
        while !waiting.isEmpty {
            let section = waiting.removeFirst()
            guard !found.contains(where: { $0.name == section.name }) else { continue }
            found.append(section)
            waiting += section.keys.flatMap(\.value.sections)
        }
        return found
    }

    /// Whether the mapping can have a key.
    public func has(_ key: String) -> Bool {
        index[key] != nil
    }
}

/// One key of the configuration language.
public struct LanguageKey: Sendable {
    /// The key as it is written.
    public var name: String
    /// What may stand behind it.
    public var value: LanguageValue
    /// What it means, as sentences.
    public var summary: String
    /// What holds when it is left out, in the language's own spelling or in words; nil when nothing does.
    public var fallback: String?
    /// The directives, cloudflared keys or options that it becomes; nil when it only steers the compiler.
    public var effect: String?
    /// The least release of systemd that carries it out; nil where the oldest supported one does.
    public var since: Int?
    /// Whether the mapping is wrong without it.
    public var isRequired: Bool

    /// Creates a key.
    public init(
        _ name: String, _ value: LanguageValue, _ summary: String, default fallback: String? = nil,
        effect: String? = nil, since: Int? = nil, isRequired: Bool = false
    ) {
        self.name = name
        self.value = value
        self.summary = summary
        self.fallback = fallback
        self.effect = effect
        self.since = since
        self.isRequired = isRequired
    }
}

/// What may stand behind a key.
public indirect enum LanguageValue: Sendable {
    /// Text of one line that matches a regular expression (ECMA 262), or any; the word says what it is.
    case text(String, pattern: String?)
    /// `true` or `false`.
    case boolean
    /// A whole number.
    case number(ClosedRange<Int>)
    /// A length of time with its unit, such as `90s`.
    case duration
    /// A size such as `512M`.
    case size
    /// A share of one processor such as `50%`.
    case percentage
    /// One of several words.
    case word([String])
    /// An absolute path.
    case path
    /// A list.
    case list(LanguageValue)
    /// A mapping with fixed keys.
    case mapping(LanguageSection)
    /// A mapping with keys of the user's own; the word says what they are.
    case table(String, pattern: String?, LanguageValue)
    /// One of several kinds of value.
    case either([LanguageValue])

    /// The mappings with fixed keys that may stand there.
    var sections: [LanguageSection] {
        switch self {
        case .mapping(let section): [section]
        case .list(let value), .table(_, _, let value): value.sections
        case .either(let values): values.flatMap(\.sections)
        default: []
        }
    }

    /// Any text of one line.
    static let text = LanguageValue.text("text", pattern: nil)
}

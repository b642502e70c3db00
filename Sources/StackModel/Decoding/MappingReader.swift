// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

/// Collects diagnostics while a file is decoded.
final class Findings {
    private(set) var diagnostics: [Diagnostic] = []

    var errorCount: Int { diagnostics.count { $0.severity == .error } }

    #if DEBUG
        /// The keys that the decoder asked for, as `section.key`: a test holds them equal to the language.
        private(set) var askedKeys: Set<String> = []

        func noteAsked(_ key: String, in section: LanguageSection) {
            askedKeys.insert("\(section.name).\(key)")
        }
    #endif

    func error(_ code: Diagnostic.Code, _ message: String, at range: SourceRange, hint: String? = nil) {
        diagnostics.append(Diagnostic(.error, code, message, at: range, hint: hint))
    }

    func add(_ diagnostic: Diagnostic) {
        diagnostics.append(diagnostic)
    }

    func warning(_ code: Diagnostic.Code, _ message: String, at range: SourceRange, hint: String? = nil) {
        diagnostics.append(Diagnostic(.warning, code, message, at: range, hint: hint))
    }

    func wrongType(_ expected: String, _ node: Node, hint: String? = nil) {
        error(.wrongType, "expected \(expected), found \(node.typeName)", at: node.range, hint: hint)
    }
}

/// Reads the keys of one mapping and, at the end, reports those that the language does not know there.
struct MappingReader {
    let range: SourceRange
    private let section: LanguageSection
    private let subject: String
    private let findings: Findings
    private var pairs: [Node.Pair]

    /// Creates a reader; nil, with a diagnostic, when the node is not a mapping.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - section: The keys that the mapping can have.
    ///   - subject: What the mapping describes, for messages: `server 'github'`.
    ///   - findings: Where diagnostics go.
    init?(_ node: Node, _ section: LanguageSection, _ subject: String, _ findings: Findings) {
        guard case .mapping(let pairs) = node.content else {
            findings.wrongType("a mapping for \(subject)", node)
            return nil
        }
        range = node.range
        self.section = section
        self.subject = subject
        self.findings = findings
        self.pairs = pairs
    }

    mutating func take(_ key: String) -> Node? {
        takePair(key)?.value
    }

    mutating func takePair(_ key: String) -> Node.Pair? {
        #if DEBUG
            precondition(section.has(key), "the language has no key '\(key)' in '\(section.name)'")
            findings.noteAsked(key, in: section)
        #endif
        return remove(key)
    }

    private mutating func remove(_ key: String) -> Node.Pair? {
        guard let index = pairs.firstIndex(where: { $0.key == key }) else { return nil }
        return pairs.remove(at: index)
    }

    mutating func require(_ key: String, hint: String? = nil) -> Node? {
        if let node = take(key) { return node }
        guard !isProbablyMisspelt(key) else { return nil }
        findings.error(.missingKey, "\(subject) needs '\(key)'", at: range, hint: hint)
        return nil
    }

    /// Whether some key looks like a slip for this one; the slip gets reported, so the lack need not be.
    func isProbablyMisspelt(_ key: String) -> Bool {
        pairs.contains { !section.has($0.key) && Spelling.closest(to: $0.key, among: [key]) != nil }
    }

    /// Reports a key that has no place here, with a reason of its own.
    mutating func refuse(_ key: String, _ code: Diagnostic.Code, _ message: String, hint: String? = nil) {
        guard let pair = remove(key) else { return }
        findings.error(code, message, at: pair.keyRange, hint: hint)
    }

    /// Reports a key of the language that this version of the program does not do yet.
    mutating func refuse(_ key: String, hint: String? = nil) {
        refuse(key, .notSupportedYet, "'\(key)' is not supported yet", hint: hint)
    }

    /// Reports what is left.
    func finish() {
        for pair in pairs where !section.has(pair.key) {
            let hint = Spelling.closest(to: pair.key, among: section.keys.map(\.name)).map { "did you mean '\($0)'?" }
            findings.error(.unknownKey, "unknown key '\(pair.key)' in \(subject)", at: pair.keyRange, hint: hint)
        }
    }
}

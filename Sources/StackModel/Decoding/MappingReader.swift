// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

/// Collects diagnostics while a file is decoded.
final class Findings {
    private(set) var diagnostics: [Diagnostic] = []

    func error(_ code: Diagnostic.Code, _ message: String, at range: SourceRange, hint: String? = nil) {
        diagnostics.append(Diagnostic(.error, code, message, at: range, hint: hint))
    }

    func add(_ diagnostic: Diagnostic) {
        diagnostics.append(diagnostic)
    }

    func wrongType(_ expected: String, _ node: Node, hint: String? = nil) {
        error(.wrongType, "expected \(expected), found \(node.typeName)", at: node.range, hint: hint)
    }
}

/// Reads the keys of one mapping and, at the end, reports those that nobody asked for.
struct MappingReader {
    let range: SourceRange
    private let subject: String
    private let findings: Findings
    private var pairs: [Node.Pair]
    private var known: [String] = []

    /// Creates a reader; nil, with a diagnostic, when the node is not a mapping.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - subject: What the mapping describes, for messages: `server 'github'`.
    ///   - findings: Where diagnostics go.
    init?(_ node: Node, _ subject: String, _ findings: Findings) {
        guard case .mapping(let pairs) = node.content else {
            findings.wrongType("a mapping for \(subject)", node)
            return nil
        }
        range = node.range
        self.subject = subject
        self.findings = findings
        self.pairs = pairs
    }

    mutating func take(_ key: String) -> Node? {
        takePair(key)?.value
    }

    mutating func takePair(_ key: String) -> Node.Pair? {
        known.append(key)
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
        pairs.contains { Spelling.closest(to: $0.key, among: [key]) != nil }
    }

    /// Reports a key of the language that this version of the program does not do yet.
    mutating func refuse(_ key: String, hint: String? = nil) {
        guard let pair = takePair(key) else { return }
        findings.error(.notSupportedYet, "'\(key)' is not supported yet", at: pair.keyRange, hint: hint)
    }

    /// Reports what is left.
    func finish() {
        for pair in pairs {
            let hint = Spelling.closest(to: pair.key, among: known).map { "did you mean '\($0)'?" }
            findings.error(.unknownKey, "unknown key '\(pair.key)' in \(subject)", at: pair.keyRange, hint: hint)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

/// What one mapping says about the sandbox; nil where it says nothing.
struct SandboxFragment {
    var profile: Sandbox.Profile?
    var refinements: [Sandbox.Directive: [String]] = [:]

    init() {}

    /// Reads a profile's name, or a mapping of a profile and directives.
    init(_ node: Node, _ findings: Findings) {
        guard case .mapping = node.content else {
            profile = node.choice(findings)
            return
        }
        guard var map = MappingReader(node, Language.sandbox, "'sandbox'", findings) else { return }
        map.refuse("User", .contradiction, "a server's user is made by systemd", hint: Self.userHint)
        map.refuse("DynamicUser", .contradiction, "a server always has a user of its own", hint: Self.userHint)
        profile = map.take("profile").flatMap { $0.choice(findings) }
        for directive in Sandbox.Directive.allCases {
            refinements[directive] = map.take(directive.rawValue).flatMap { Self.value($0, directive, findings) }
        }
        map.finish()
    }

    /// The sandbox that results where this fragment has the last word.
    ///
    /// A server that names a profile starts from that one afresh; one that only refines goes on from the defaults.
    func sandbox(over defaults: SandboxFragment) -> Sandbox {
        let base = profile == nil ? defaults.refinements : [:]
        return Sandbox(
            profile ?? defaults.profile ?? .strict, refinements: refinements.merging(base) { own, _ in own })
    }

    private static let userHint =
        "without it the server would be root; 'SupplementaryGroups' and 'paths' open what it needs"

    private static func value(_ node: Node, _ directive: Sandbox.Directive, _ findings: Findings) -> [String]? {
        switch directive.kind {
        case .boolean:
            guard let text = node.scalarText, let value = boolean(text) else {
                findings.wrongType("yes or no", node)
                return nil
            }
            return [value ? "yes" : "no"]
        case .word(let words):
            // YAML reads a plain `true` as a boolean, which in a unit means the same as `yes`.
            let text = node.scalarText.map { word in boolean(word).map { $0 ? "yes" : "no" } ?? word }
            if let text, words.contains(text) { return [text] }
            let list = words.map { "'\($0)'" }.joined(separator: ", ")
            findings.error(.invalidValue, "expected one of \(list)", at: node.range)
            return nil
        case .words(let pattern):
            let items: [Node] = if case .sequence(let items) = node.content { items } else { [node] }
            let words = items.compactMap { item -> String? in
                guard let text = item.scalarText else {
                    findings.wrongType("a word", item)
                    return nil
                }
                if Pattern.matches(text, pattern) { return text }
                findings.error(
                    .invalidValue, "'\(directive.rawValue)' does not take this", at: item.range,
                    hint: "one word per item, spelled as in systemd.exec(5)")
                return nil
            }
            return words.count == items.count ? words : nil
        }
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "yes", "true", "on": true
        case "no", "false", "off": false
        default: nil
        }
    }
}

extension Node {
    /// The text of a scalar, whatever it may mean.
    fileprivate var scalarText: String? {
        if case .scalar(let scalar) = content { scalar.text } else { nil }
    }
}

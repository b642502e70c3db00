// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Builds the tree of one document from parser events and collects what is wrong with it.
struct TreeBuilder: ~Copyable {
    private let reader: EventReader
    private(set) var diagnostics: [Diagnostic] = []

    /// Ends the reading; the reason has already been recorded.
    private struct Abandoned: Error {}

    init(text: String) {
        reader = EventReader(text: text)
    }

    mutating func build() -> Node? {
        var root: Node?
        do {
            var documents = 0
            while true {
                let event = try next()
                switch event.kind {
                case .streamEnd: return root
                case .documentStart:
                    documents += 1
                    if documents > 1 {
                        report(.unsupportedYAML, "more than one document in the file", event.range)
                        return root
                    }
                    root = try node(from: next(), depth: 0)
                default: break
                }
            }
        } catch {
            return nil
        }
    }

    private mutating func next() throws(Abandoned) -> Event {
        do {
            return try reader.next()
        } catch {
            report(.malformedYAML, error.message, error.range)
            throw Abandoned()
        }
    }

    private mutating func node(from event: Event, depth: Int) throws(Abandoned) -> Node {
        guard depth <= YAMLDocument.maximumDepth else {
            report(.excessiveYAML, "nested deeper than \(YAMLDocument.maximumDepth) levels", event.range)
            throw Abandoned()
        }
        if event.hasAnchor {
            report(
                .unsupportedYAML, "anchors are not supported", event.range,
                hint: "write the value out, or put what servers share under 'defaults:'")
        }
        if event.hasTag {
            report(.unsupportedYAML, "tags are not supported", event.range, hint: "leave the '!…' out")
        }
        switch event.kind {
        case .scalar(let scalar):
            return Node(content: .scalar(scalar), range: event.range)
        case .sequenceStart:
            return try sequence(from: event, depth: depth)
        case .mappingStart:
            return try mapping(from: event, depth: depth)
        default:
            report(
                .unsupportedYAML, "aliases are not supported", event.range,
                hint: "write the value out, or put what servers share under 'defaults:'")
            return Node(content: .scalar(.init(text: "", isPlain: true)), range: event.range)
        }
    }

    private mutating func sequence(from start: Event, depth: Int) throws(Abandoned) -> Node {
        var items: [Node] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind {
                return Node(content: .sequence(items), range: span(start, event, items.last?.range))
            }
            items.append(try node(from: event, depth: depth + 1))
        }
    }

    private mutating func mapping(from start: Event, depth: Int) throws(Abandoned) -> Node {
        var pairs: [Node.Pair] = []
        var seen: [String: SourceRange] = [:]
        while true {
            let event = try next()
            if case .mappingEnd = event.kind {
                return Node(content: .mapping(pairs), range: span(start, event, pairs.last?.value.range))
            }
            let key = try node(from: event, depth: depth + 1)
            let value = try node(from: next(), depth: depth + 1)
            guard case .scalar(let scalar) = key.content else {
                report(.unsupportedYAML, "a key must be a plain word", key.range)
                continue
            }
            if let first = seen[scalar.text] {
                diagnostics.append(
                    Diagnostic(
                        .error, .duplicateKey, "key '\(scalar.text)' stands twice", at: key.range,
                        notes: [.init("first written here", at: first)]))
                continue
            }
            seen[scalar.text] = key.range
            pairs.append(Node.Pair(key: scalar.text, keyRange: key.range, value: value))
        }
    }

    /// The range of a collection; a block collection ends with its last item, not where libyaml noticed the end.
    private func span(_ start: Event, _ end: Event, _ last: SourceRange?) -> SourceRange {
        let isFlow = end.range.start != end.range.end
        return SourceRange(start: start.range.start, end: isFlow ? end.range.end : last?.end ?? end.range.end)
    }

    private mutating func report(
        _ code: Diagnostic.Code, _ message: String, _ range: SourceRange, hint: String? = nil
    ) {
        diagnostics.append(Diagnostic(.error, code, message, at: range, hint: hint))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CLibYAML
internal import Diagnostics

/// One event of libyaml's parser, copied out of C memory.
struct Event {
    enum Kind {
        case streamEnd
        case documentStart
        case scalar(Node.Scalar)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
        case alias
        case other
    }

    var kind: Kind
    var range: SourceRange
    var hasAnchor = false
    var hasTag = false
}

/// Reads events off a text with libyaml; owns the C parser for as long as it lives.
struct EventReader: ~Copyable {
    /// A syntax error as libyaml reports it.
    struct Failure: Error {
        var message: String
        var range: SourceRange
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    init(text: String) {
        parser = .allocate(capacity: 1)
        let utf8 = Array(text.utf8)
        bytes = .allocate(capacity: max(1, utf8.count))
        _ = bytes.initialize(from: utf8)
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, utf8.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        bytes.deallocate()
    }

    borrowing func next() throws(Failure) -> Event {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else { throw failure() }
        defer { yaml_event_delete(&raw) }
        return event(raw)
    }

    private borrowing func event(_ raw: yaml_event_t) -> Event {
        let range = SourceRange(start: position(raw.start_mark), end: position(raw.end_mark))
        switch raw.type {
        case YAML_STREAM_END_EVENT:
            return Event(kind: .streamEnd, range: range)
        case YAML_DOCUMENT_START_EVENT:
            return Event(kind: .documentStart, range: range)
        case YAML_ALIAS_EVENT:
            return Event(kind: .alias, range: range)
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            let buffer = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let value = Node.Scalar(
                text: String(decoding: buffer, as: UTF8.self),
                isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            return Event(
                kind: .scalar(value), range: range, hasAnchor: scalar.anchor != nil, hasTag: scalar.tag != nil)
        case YAML_SEQUENCE_START_EVENT:
            let start = raw.data.sequence_start
            return Event(
                kind: .sequenceStart, range: range, hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
        case YAML_MAPPING_START_EVENT:
            let start = raw.data.mapping_start
            return Event(
                kind: .mappingStart, range: range, hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
        case YAML_SEQUENCE_END_EVENT:
            return Event(kind: .sequenceEnd, range: range)
        case YAML_MAPPING_END_EVENT:
            return Event(kind: .mappingEnd, range: range)
        default:
            return Event(kind: .other, range: range)
        }
    }

    private borrowing func failure() -> Failure {
        let error = parser.pointee
        var message = error.problem.map { String(cString: $0) } ?? "unreadable YAML"
        if let context = error.context {
            message += " \(String(cString: context))"
        }
        // The reader's own errors (bad UTF-8, control characters) carry no mark of their own.
        let mark = error.error == YAML_READER_ERROR ? error.mark : error.problem_mark
        let start = position(mark)
        return Failure(
            message: message,
            range: SourceRange(start: start, end: SourcePosition(line: start.line, column: start.column + 1)))
    }

    private borrowing func position(_ mark: yaml_mark_t) -> SourcePosition {
        SourcePosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOHTTP1

/// The forms of answer that a client takes.
struct AcceptedAnswers: OptionSet, Sendable {
    let rawValue: UInt8

    /// `application/json`.
    static let json = AcceptedAnswers(rawValue: 1)
    /// `text/event-stream`.
    static let events = AcceptedAnswers(rawValue: 2)

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Reads the `Accept` fields (RFC 9110, section 12.5.1); none means that anything is welcome.
    init(_ headers: HTTPHeaders) {
        let fields = headers["accept"]
        // The second is what the specification has clients send, and nearly all do.
        let isAnything = fields.isEmpty || fields.count == 1 && fields[0] == "application/json, text/event-stream"
        self = isAnything ? [.json, .events] : []
        guard !isAnything else { return }
        for field in fields {
            var rest: FieldText? = FieldText(field)
            while let ranges = rest {
                let (range, others) = ranges.cut(at: UInt8(ascii: ","))
                formUnion(Self.answers(of: range))
                rest = others
            }
        }
    }

    /// Reads one media range, such as `text/*;q=0.5`.
    private static func answers(of range: FieldText) -> AcceptedAnswers {
        let type: FieldText
        var rest: FieldText?
        (type, rest) = range.cut(at: UInt8(ascii: ";"))
        while let parameters = rest {
            let parameter: FieldText
            (parameter, rest) = parameters.cut(at: UInt8(ascii: ";"))
            if isZeroQuality(parameter) { return [] }
        }
        if type.equals("*/*") { return [.json, .events] }
        if type.equals("application/json") || type.equals("application/*") { return .json }
        if type.equals("text/event-stream") || type.equals("text/*") { return .events }
        return []
    }

    private static func isZeroQuality(_ parameter: FieldText) -> Bool {
        guard parameter.hasPrefix("q=0") else { return false }
        return parameter.bytes.dropFirst(3).allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
    }

    /// Whether a `Content-Type` field names `application/json`, with any parameters.
    static func isJSON(_ contentType: String) -> Bool {
        contentType == "application/json"
            || FieldText(contentType).cut(at: UInt8(ascii: ";")).head.equals("application/json")
    }
}

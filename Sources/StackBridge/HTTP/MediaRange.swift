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
        let ranges = headers[canonicalForm: "accept"]
        self = ranges.isEmpty ? [.json, .events] : []
        for range in ranges {
            let parts = range.split(separator: ";", omittingEmptySubsequences: false)
            guard let type = parts.first else { continue }
            let isRefused = parts.dropFirst().contains { Self.isZeroQuality($0) }
            guard !isRefused else { continue }
            switch Self.trimmed(type).lowercased() {
            case "*/*": formUnion([.json, .events])
            case "application/*", "application/json": insert(.json)
            case "text/*", "text/event-stream": insert(.events)
            default: break
            }
        }
    }

    /// The bare media type of a `Content-Type` field, in lower case.
    static func mediaType(_ contentType: String) -> String {
        trimmed(contentType.prefix { $0 != ";" }).lowercased()
    }

    private static func isZeroQuality(_ parameter: Substring) -> Bool {
        let text = trimmed(parameter).lowercased()
        return text.hasPrefix("q=0") && text.dropFirst(3).allSatisfy { $0 == "0" || $0 == "." }
    }

    /// A text without the white space around it that is no part of a value (RFC 9110, section 5.5).
    static func trimmed(_ text: Substring) -> Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text = text.dropLast() }
        return text
    }
}

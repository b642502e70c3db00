// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Text of a header field, looked at byte by byte.
///
/// Every request has several fields, and walking over characters takes ten times as long.
struct FieldText {
    private(set) var bytes: ArraySlice<UInt8>

    init(_ value: String) {
        self.init(Array(value.utf8)[...])
    }

    /// Without the white space around it.
    private init(_ bytes: ArraySlice<UInt8>) {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        var bytes = bytes.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        self.bytes = bytes
    }

    /// Whether a value has white space around it, which is no part of it (RFC 9110, section 5.5).
    static func hasSpaceAround(_ value: String) -> Bool {
        let isSpace: (UInt8?) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return isSpace(value.utf8.first) || isSpace(value.utf8.last)
    }

    /// What stands before the first separator, and what after it; nil when nothing does.
    func cut(at separator: UInt8) -> (head: FieldText, rest: FieldText?) {
        guard let index = bytes.firstIndex(of: separator) else { return (self, nil) }
        return (FieldText(bytes[..<index]), FieldText(bytes[(index + 1)...]))
    }

    /// Whether it is a text in lower case, whatever the case of its own letters.
    func equals(_ text: StaticString) -> Bool {
        bytes.count == text.utf8CodeUnitCount && hasPrefix(text)
    }

    /// Whether it begins with a text in lower case, whatever the case of its own letters.
    func hasPrefix(_ text: StaticString) -> Bool {
        bytes.count >= text.utf8CodeUnitCount
            && zip(bytes, UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)).allSatisfy {
                let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                return (isUpper ? $0 | 0x20 : $0) == $1
            }
    }
}

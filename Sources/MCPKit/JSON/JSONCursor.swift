// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A position in JSON bytes that walks over values, checking the whole grammar and decoding nothing.
struct JSONCursor {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    mutating func skipWhitespace() {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Requires that nothing but white space is left.
    mutating func finish() throws(JSONSyntaxError) {
        skipWhitespace()
        if position < end { throw JSONSyntaxError(.trailingBytes, at: position) }
    }

    /// Walks over one value, `depth` levels of nesting allowed.
    @discardableResult
    mutating func skipValue(depth: Int) throws(JSONSyntaxError) -> JSONKind {
        try skipValue(depth: depth) { _, _ in }
    }

    /// Walks over one value; when it is an object, `visit` gets the ranges of each name and value in it.
    mutating func skipValue(
        depth: Int, _ visit: (_ name: Range<Int>, _ value: Range<Int>) -> Void
    ) throws(JSONSyntaxError) -> JSONKind {
        switch try peek() {
        case UInt8(ascii: "{"):
            try skipObject(depth: depth, visit)
            return .object
        case UInt8(ascii: "["):
            try skipArray(depth: depth) { _ in }
            return .array
        case UInt8(ascii: "\""):
            try skipString()
            return .string
        case UInt8(ascii: "t"):
            try skipLiteral("true")
            return .boolean
        case UInt8(ascii: "f"):
            try skipLiteral("false")
            return .boolean
        case UInt8(ascii: "n"):
            try skipLiteral("null")
            return .null
        default:
            try skipNumber()
            return .number
        }
    }

    /// Walks over an object; `visit` gets the ranges of each name (without its quotes) and value.
    mutating func skipObject(
        depth: Int, _ visit: (_ name: Range<Int>, _ value: Range<Int>) -> Void
    ) throws(JSONSyntaxError) {
        try enter(UInt8(ascii: "{"), depth: depth)
        if try closes(UInt8(ascii: "}")) { return }
        while true {
            guard try peek() == UInt8(ascii: "\"") else { throw JSONSyntaxError(.unexpectedByte, at: position) }
            let name = position
            try skipString()
            let nameEnd = position
            skipWhitespace()
            guard try peek() == UInt8(ascii: ":") else { throw JSONSyntaxError(.unexpectedByte, at: position) }
            position += 1
            skipWhitespace()
            let value = position
            try skipValue(depth: depth - 1)
            visit((name + 1)..<(nameEnd - 1), value..<position)
            if try separates(orCloses: UInt8(ascii: "}")) { return }
        }
    }

    /// Walks over an array; `visit` gets the range of each element.
    mutating func skipArray(depth: Int, _ visit: (_ element: Range<Int>) -> Void) throws(JSONSyntaxError) {
        try enter(UInt8(ascii: "["), depth: depth)
        if try closes(UInt8(ascii: "]")) { return }
        while true {
            let element = position
            try skipValue(depth: depth - 1)
            visit(element..<position)
            if try separates(orCloses: UInt8(ascii: "]")) { return }
        }
    }

    private func peek() throws(JSONSyntaxError) -> UInt8 {
        guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        return bytes[position]
    }

    private mutating func enter(_ opening: UInt8, depth: Int) throws(JSONSyntaxError) {
        guard try peek() == opening else { throw JSONSyntaxError(.unexpectedByte, at: position) }
        guard depth > 0 else { throw JSONSyntaxError(.tooDeep, at: position) }
        position += 1
        skipWhitespace()
    }

    private mutating func closes(_ closing: UInt8) throws(JSONSyntaxError) -> Bool {
        guard try peek() == closing else { return false }
        position += 1
        return true
    }

    private mutating func separates(orCloses closing: UInt8) throws(JSONSyntaxError) -> Bool {
        skipWhitespace()
        if try closes(closing) { return true }
        guard try peek() == UInt8(ascii: ",") else { throw JSONSyntaxError(.unexpectedByte, at: position) }
        position += 1
        skipWhitespace()
        return false
    }

    private mutating func skipLiteral(_ literal: StaticString) throws(JSONSyntaxError) {
        for offset in 0..<literal.utf8CodeUnitCount {
            guard try peek() == literal.utf8Start[offset] else { throw JSONSyntaxError(.unexpectedByte, at: position) }
            position += 1
        }
    }
}

extension JSONCursor {
    private mutating func skipNumber() throws(JSONSyntaxError) {
        let start = position
        if try peek() == UInt8(ascii: "-") { position += 1 }
        let integer = position
        let integerDigits = skipDigits()
        guard integerDigits > 0 else {
            if position >= end { throw JSONSyntaxError(.unexpectedEnd, at: position) }
            throw JSONSyntaxError(position == start ? .unexpectedByte : .invalidNumber, at: position)
        }
        if integerDigits > 1, bytes[integer] == UInt8(ascii: "0") { throw JSONSyntaxError(.invalidNumber, at: start) }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() > 0 else { throw JSONSyntaxError(.invalidNumber, at: start) }
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits() > 0 else { throw JSONSyntaxError(.invalidNumber, at: start) }
        }
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
        return position - start
    }

    private mutating func skipString() throws(JSONSyntaxError) {
        position += 1
        while position < end {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return
            } else if byte == UInt8(ascii: "\\") {
                try skipEscape()
            } else if byte < 0x20 {
                throw JSONSyntaxError(.unexpectedByte, at: position)
            } else if byte < 0x80 {
                position += 1
            } else {
                try skipMultibyte(byte)
            }
        }
        throw JSONSyntaxError(.unexpectedEnd, at: position)
    }

    private mutating func skipEscape() throws(JSONSyntaxError) {
        guard position + 1 < end else { throw JSONSyntaxError(.unexpectedEnd, at: end) }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard position + 6 <= end else { throw JSONSyntaxError(.unexpectedEnd, at: end) }
            guard bytes[(position + 2)..<(position + 6)].allSatisfy({ hexDigit($0) != nil }) else {
                throw JSONSyntaxError(.invalidEscape, at: position)
            }
            position += 6
        default:
            throw JSONSyntaxError(.invalidEscape, at: position)
        }
    }

    /// Walks over one well-formed sequence of table 3-7 of the Unicode standard: no overlong form, no surrogate.
    private mutating func skipMultibyte(_ lead: UInt8) throws(JSONSyntaxError) {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw JSONSyntaxError(.invalidUTF8, at: position)
        }
        guard position + length <= end, second.contains(bytes[position + 1]) else {
            throw JSONSyntaxError(.invalidUTF8, at: position)
        }
        for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 {
            throw JSONSyntaxError(.invalidUTF8, at: position)
        }
        position += length
    }
}

/// The value of a hexadecimal digit, or nil for another byte.
func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}

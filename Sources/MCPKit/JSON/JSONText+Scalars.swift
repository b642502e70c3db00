// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

extension JSONText {
    /// The decoded string, or nil when the value is no string.
    ///
    /// A lone surrogate escape becomes U+FFFD.
    public var stringValue: String? {
        guard kind == .string else { return nil }
        return bytes.withUnsafeReadableBytes { Self.decodedString($0[1..<($0.count - 1)]) }
    }

    /// The value as an integer, or nil when it is none or does not fit.
    ///
    /// `5.0` counts as 5: some languages know only floating-point numbers.
    public var integerValue: Int? {
        guard kind == .number else { return nil }
        return bytes.withUnsafeReadableBytes { raw in
            let digits = raw.suffix(2).elementsEqual(".0".utf8) ? raw.dropLast(2) : raw[...]
            let isNegative = digits.first == UInt8(ascii: "-")
            var value = 0
            for digit in isNegative ? digits.dropFirst() : digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
                let number = Int(digit - UInt8(ascii: "0"))
                let (sum, overflows) = product.addingReportingOverflow(isNegative ? -number : number)
                if isTooLarge || overflows { return nil }
                value = sum
            }
            return value
        }
    }

    static func decodedString(_ spelled: Slice<UnsafeRawBufferPointer>) -> String {
        guard spelled.contains(UInt8(ascii: "\\")) else { return String(decoding: spelled, as: UTF8.self) }
        var units: [UInt8] = []
        units.reserveCapacity(spelled.count)
        var index = spelled.startIndex
        while index < spelled.endIndex {
            guard spelled[index] == UInt8(ascii: "\\") else {
                units.append(spelled[index])
                index += 1
                continue
            }
            switch spelled[index + 1] {
            case UInt8(ascii: "u"):
                let (scalar, length) = decodedUnicodeEscape(spelled[index...])
                units.append(contentsOf: String(Character(scalar)).utf8)
                index += length
                continue
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "t"): units.append(0x09)
            case let other: units.append(other)
            }
            index += 2
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// Decodes `\uXXXX`, with the low surrogate that may follow.
    private static func decodedUnicodeEscape(_ escape: Slice<UnsafeRawBufferPointer>) -> (Unicode.Scalar, Int) {
        let high = codeUnit(escape.dropFirst(2))
        if (0xD800...0xDBFF).contains(high) {
            let rest = escape.dropFirst(6)
            if rest.starts(with: "\\u".utf8) {
                let low = codeUnit(rest.dropFirst(2))
                if (0xDC00...0xDFFF).contains(low),
                    let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
                {
                    return (scalar, 12)
                }
            }
        }
        return (Unicode.Scalar(high) ?? "\u{FFFD}", 6)
    }

    private static func codeUnit(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt32 {
        digits.prefix(4).reduce(0) { $0 << 4 | (hexDigit($1) ?? 0) }
    }
}

extension ByteBuffer {
    /// Appends a string as JSON: quoted, with quotes, backslashes and control characters escaped.
    public mutating func writeJSONString(_ string: String) {
        writeInteger(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                writeInteger(UInt8(ascii: "\\"))
                writeInteger(byte)
            case 0x0A: writeString("\\n")
            case 0x0D: writeString("\\r")
            case 0x09: writeString("\\t")
            case 0x00..<0x20:
                let digits = String(byte, radix: 16)
                writeString("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
            default: writeInteger(byte)
            }
        }
        writeInteger(UInt8(ascii: "\""))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

/// The six kinds of JSON value.
public enum JSONKind: Sendable, Hashable {
    case object, array, string, number, boolean, null
}

/// A JSON value as the bytes that spell it, known to be well-formed.
///
/// Nothing is decoded until asked for, so that number precision, key order and spelling survive untouched. Two
/// texts are equal when their bytes are.
public struct JSONText: Sendable, Hashable {
    /// The bytes of the value, without white space around it.
    public let bytes: ByteBuffer
    /// What the value is.
    public let kind: JSONKind

    /// The nesting that `init(validating:)` allows unless told otherwise.
    public static let maximumDepth = 128

    /// Checks bytes against the grammar of RFC 8259, UTF-8 included.
    ///
    /// - Parameters:
    ///   - bytes: The readable bytes are the text; white space around the value is dropped.
    ///   - maximumDepth: How deeply arrays and objects may nest.
    /// - Throws: `JSONSyntaxError` with the offset of the first fault.
    public init(validating bytes: ByteBuffer, maximumDepth: Int = Self.maximumDepth) throws(JSONSyntaxError) {
        try self.init(validating: bytes, maximumDepth: maximumDepth) { _, _ in }
    }

    /// Checks bytes, and on the way calls `visit` with the name, as it is spelled, and the byte range of every member
    /// of the object that they are.
    init(
        validating bytes: ByteBuffer, maximumDepth: Int = Self.maximumDepth,
        _ visit: (_ name: UnsafeRawBufferPointer, _ value: Range<Int>) -> Void
    ) throws(JSONSyntaxError) {
        let outcome: Result<(Range<Int>, JSONKind), JSONSyntaxError> = bytes.withUnsafeReadableBytes { raw in
            do throws(JSONSyntaxError) {
                var cursor = JSONCursor(raw, in: 0..<raw.count)
                cursor.skipWhitespace()
                let start = cursor.position
                let kind = try cursor.skipValue(depth: maximumDepth) { name, value in
                    visit(
                        UnsafeRawBufferPointer(rebasing: raw[name]),
                        (value.lowerBound - start)..<(value.upperBound - start))
                }
                let end = cursor.position
                try cursor.finish()
                return .success((start..<end, kind))
            } catch {
                return .failure(error)
            }
        }
        let (range, kind) = try outcome.get()
        self.init(trusted: bytes.slice(range), kind: kind)
    }

    init(trusted bytes: ByteBuffer, kind: JSONKind) {
        self.bytes = bytes
        self.kind = kind
    }

    /// An integer, spelled in decimal.
    public init(_ integer: Int) {
        self.init(trusted: ByteBuffer(string: String(integer)), kind: .number)
    }

    /// A string, quoted and escaped.
    public init(_ string: String) {
        var buffer = ByteBuffer()
        buffer.writeJSONString(string)
        self.init(trusted: buffer, kind: .string)
    }

    /// The value `null`.
    public static let null = JSONText(trusted: ByteBuffer(string: "null"), kind: .null)

    /// The value at a byte range that `range(at:)` gave.
    public func value(in range: Range<Int>) -> JSONText {
        let slice = bytes.slice(range)
        return JSONText(trusted: slice, kind: JSONKind(firstByte: slice.getInteger(at: slice.readerIndex) ?? 0))
    }
}

extension JSONKind {
    /// The kind of the well-formed value that starts with this byte.
    fileprivate init(firstByte: UInt8) {
        switch firstByte {
        case UInt8(ascii: "{"): self = .object
        case UInt8(ascii: "["): self = .array
        case UInt8(ascii: "\""): self = .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .boolean
        case UInt8(ascii: "n"): self = .null
        default: self = .number
        }
    }
}

extension ByteBuffer {
    /// A view of some of the readable bytes, by offsets from the first readable one.
    func slice(_ range: Range<Int>) -> ByteBuffer {
        getSlice(at: readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
    }
}

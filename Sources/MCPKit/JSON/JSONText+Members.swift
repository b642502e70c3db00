// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
public import NIOCore

extension JSONText {
    /// The byte range of the member at the end of a path of names, counted from the start of this text.
    ///
    /// Nil when the path leads nowhere. Of members with equal names the last one counts, as in most decoders.
    public func range(at path: String...) -> Range<Int>? {
        range(at: path, below: 0..<bytes.readableBytes)
    }

    /// The byte range at the end of a path that begins at the value of another range.
    func range(at path: [String], below start: Range<Int>) -> Range<Int>? {
        bytes.withUnsafeReadableBytes { raw in
            var current = start
            for name in path {
                guard let next = Self.member(named: name, of: current, in: raw) else { return nil }
                current = next
            }
            return current
        }
    }

    /// The member of this object with that name, or nil.
    public func member(_ name: String) -> JSONText? {
        range(at: name).map(value(in:))
    }

    /// The elements of this array; empty for anything else.
    public var elements: [JSONText] {
        guard kind == .array else { return [] }
        let ranges: [Range<Int>] = bytes.withUnsafeReadableBytes { raw in
            var cursor = JSONCursor(raw, in: 0..<raw.count)
            var ranges: [Range<Int>] = []
            // The text was checked when it was made, so its walk cannot fail.
            try? cursor.skipArray(depth: .max) { ranges.append($0) }
            return ranges
        }
        return ranges.map(value(in:))
    }

    /// Calls `visit` with the decoded name and the byte range of every member of this object, in order.
    func forEachMember(_ visit: (_ name: String, _ value: Range<Int>) -> Void) {
        forEachSpelledMember { name, value in visit(Self.decodedString(name[...]), value) }
    }

    /// Calls `visit` with the name, as it is spelled, and the byte range of every member of this object, in order.
    func forEachSpelledMember(_ visit: (_ name: UnsafeRawBufferPointer, _ value: Range<Int>) -> Void) {
        guard kind == .object else { return }
        bytes.withUnsafeReadableBytes { raw in
            var cursor = JSONCursor(raw, in: 0..<raw.count)
            try? cursor.skipObject(depth: .max) { name, value in
                visit(UnsafeRawBufferPointer(rebasing: raw[name]), value)
            }
        }
    }

    private static func member(
        named name: String, of range: Range<Int>, in raw: UnsafeRawBufferPointer
    ) -> Range<Int>? {
        guard range.lowerBound < range.upperBound, raw[range.lowerBound] == UInt8(ascii: "{") else { return nil }
        var found: Range<Int>?
        var cursor = JSONCursor(raw, in: range)
        var name = name
        name.withUTF8 { name in
            try? cursor.skipObject(depth: .max) { candidate, value in
                if matches(raw[candidate], UnsafeRawBufferPointer(name)) { found = value }
            }
        }
        return found
    }

    private static func matches(_ spelled: Slice<UnsafeRawBufferPointer>, _ name: UnsafeRawBufferPointer) -> Bool {
        if spelled.count == name.count { return spelled.elementsEqual(name) }
        // An escape is longer than what it stands for.
        guard spelled.count > name.count, spelled.contains(UInt8(ascii: "\\")) else { return false }
        return decodedString(spelled).utf8.elementsEqual(name)
    }
}

extension JSONText {
    /// This text with some byte ranges replaced; the ranges must not overlap.
    public func replacing(_ edits: [(range: Range<Int>, with: JSONText)]) -> ByteBuffer {
        // One more, for the line end that a message on its way to a server gets.
        let capacity = edits.reduce(bytes.readableBytes + 1) { $0 + $1.with.bytes.readableBytes }
        var result = ByteBufferAllocator().buffer(capacity: capacity)
        let edits = edits.count > 1 ? edits.sorted { $0.range.lowerBound < $1.range.lowerBound } : edits
        bytes.withUnsafeReadableBytes { raw in
            var position = 0
            for edit in edits {
                result.writeBytes(UnsafeRawBufferPointer(rebasing: raw[position..<edit.range.lowerBound]))
                result.writeImmutableBuffer(edit.with.bytes)
                position = edit.range.upperBound
            }
            result.writeBytes(UnsafeRawBufferPointer(rebasing: raw[position...]))
        }
        return result
    }
}

extension ByteBuffer {
    /// These bytes, which are JSON, on one line: line breaks between tokens become spaces.
    ///
    /// A line break cannot be part of a string in JSON, so the meaning stays. stdio frames messages by line.
    public var jsonOnOneLine: ByteBuffer {
        let hasBreak = withUnsafeReadableBytes { raw in
            guard let start = raw.baseAddress else { return false }
            return memchr(start, 0x0A, raw.count) != nil || memchr(start, 0x0D, raw.count) != nil
        }
        let isBreak: (UInt8) -> Bool = { $0 == 0x0A || $0 == 0x0D }
        return hasBreak ? ByteBuffer(bytes: readableBytesView.map { isBreak($0) ? 0x20 : $0 }) : self
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

/// A stream had a line that is longer than allowed, of which only the two ends are known.
public struct LineTooLong: Error, Equatable, Sendable {
    /// The bytes kept of each end.
    static let kept = 512

    /// The length allowed, in bytes.
    public let maximum: Int
    /// How the line begins.
    public private(set) var beginning = ByteBuffer()
    /// How the line ends; empty when it is no longer than its beginning.
    public private(set) var end = ByteBuffer()

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Takes the next part of the line; the ends are copied, so that the line's memory is not kept.
    mutating func add(_ part: ByteBuffer) {
        var part = part
        if let head = part.readSlice(length: min(part.readableBytes, Self.kept - beginning.readableBytes)) {
            beginning.writeImmutableBuffer(head)
        }
        var tail = ByteBuffer(bytes: end.readableBytesView)
        tail.writeBytes(part.readableBytesView.suffix(Self.kept))
        end = ByteBuffer(bytes: tail.readableBytesView.suffix(Self.kept))
    }

    /// The number of the request that the line answers; nil when it is no response to one with a number.
    ///
    /// Servers write `id` before `result` (Python, Go, Rust) or at the very end (TypeScript). The beginning is cut at
    /// the first `result` or `error`: it is well-formed only when that is a member of the message itself. What stands
    /// before the one brace at the very end is a member of the message too.
    public var answeredNumber: Int? {
        guard let cut = firstOutcome else { return nil }
        var text = beginning.slice(0..<cut)
        text.writeString("\"result\":null}")
        guard let message = try? JSONText(validating: text), message.member("method") == nil else { return nil }
        if let id = message.member("id") { return id.integerValue }
        return numberAtEnd
    }

    private var firstOutcome: Int? {
        let bytes = Array(beginning.readableBytesView)
        let names = ["\"result\"", "\"error\""].map { Array($0.utf8) }
        return bytes.indices.first { index in names.contains { bytes[index...].starts(with: $0) } }
    }

    private var numberAtEnd: Int? {
        var bytes = Array((end.readableBytes > 0 ? end : beginning).readableBytesView)
        func dropSpace() {
            while let last = bytes.last, [0x20, 0x09, 0x0D].contains(last) { bytes.removeLast() }
        }
        dropSpace()
        guard bytes.popLast() == UInt8(ascii: "}") else { return nil }
        dropSpace()
        let digits = bytes.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let number = Int(String(decoding: digits.reversed(), as: UTF8.self))
        bytes.removeLast(digits.count)
        dropSpace()
        guard bytes.popLast() == UInt8(ascii: ":") else { return nil }
        dropSpace()
        let name = Array("\"id\"".utf8)
        guard bytes.suffix(name.count) == name[...] else { return nil }
        bytes.removeLast(name.count)
        dropSpace()
        return bytes.last == UInt8(ascii: ",") ? number : nil
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
public import NIOCore

/// Cuts a stream of bytes into lines, as the stdio transport frames messages.
///
/// A line ends with LF; a CR before it is dropped, and so are blank lines. Where the stream is split does not
/// matter.
public struct LineFramer: Sendable {
    /// The length that a line may have unless told otherwise: 16 MiB.
    public static let defaultMaximum = 16 << 20

    private let maximum: Int
    private var buffer = ByteBuffer()
    /// How many of the readable bytes are known to hold no LF, so that nothing is searched twice.
    private var searched = 0
    /// What is kept of a line that is too long, while the rest of it is thrown away.
    private var skipped: LineTooLong?

    /// Creates a framer that refuses lines of more than `maximum` bytes.
    public init(maximum: Int = Self.defaultMaximum) {
        self.maximum = maximum
    }

    /// The bytes that wait for the end of their line.
    public var bufferedBytes: Int { buffer.readableBytes }

    /// Takes the next part of the stream.
    public mutating func append(_ part: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = part
        } else {
            buffer.writeImmutableBuffer(part)
        }
    }

    /// The next whole line, or nil until more arrives.
    ///
    /// - Throws: `LineTooLong` at the end of a line that is; the lines behind it can be read.
    public mutating func next() throws(LineTooLong) -> ByteBuffer? {
        while true {
            let length = lengthOfLine()
            if skipped != nil || length ?? buffer.readableBytes > maximum {
                try skip(length ?? buffer.readableBytes, isWhole: length != nil)
                return nil
            }
            guard let length else { return nil }
            let line = buffer.readSlice(length: length) ?? ByteBuffer()
            buffer.moveReaderIndex(forwardBy: 1)
            searched = 0
            if let content = Self.content(line) { return content }
        }
    }

    /// Throws away so many bytes of a line that is too long; at its end there is something to say about it.
    private mutating func skip(_ length: Int, isWhole: Bool) throws(LineTooLong) {
        let part = buffer.readSlice(length: length) ?? ByteBuffer()
        var line = skipped ?? LineTooLong(maximum: maximum)
        line.add(part)
        searched = 0
        skipped = isWhole ? nil : line
        guard isWhole else {
            // Its memory goes with it.
            buffer = ByteBuffer()
            return
        }
        buffer.moveReaderIndex(forwardBy: 1)
        buffer.discardReadBytes()
        throw line
    }

    /// What is left when the stream has ended: a last line without LF, or nil.
    public mutating func finish() -> ByteBuffer? {
        defer {
            buffer.clear()
            searched = 0
            skipped = nil
        }
        return skipped == nil ? Self.content(buffer) : nil
    }

    private mutating func lengthOfLine() -> Int? {
        let found: Int? = buffer.withUnsafeReadableBytes { raw in
            guard let start = raw.baseAddress, raw.count > searched,
                let hit = memchr(start + searched, 0x0A, raw.count - searched)
            else { return nil }
            return UnsafeRawPointer(hit) - start
        }
        if found == nil { searched = buffer.readableBytes }
        return found
    }

    private static func content(_ line: ByteBuffer) -> ByteBuffer? {
        var line = line
        if line.readableBytesView.last == 0x0D { line.moveWriterIndex(to: line.writerIndex - 1) }
        return line.readableBytes > 0 ? line : nil
    }
}

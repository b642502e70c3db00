// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// Turns what a server writes to standard error into lines for the log.
struct ServerLog {
    /// The bytes that a line may have; a longer one is cut into several.
    static let maximumLine = 8 << 10

    /// What a line may go on with.
    private enum Block {
        case none
        /// A traceback of Python: everything up to the line that names the exception.
        case traceback
        /// Behind an exception of Python, whose cause or consequence may follow after a blank line.
        case afterTraceback
        /// Behind an error: the indented lines that say where it happened.
        case stack
        /// Behind a panic of Go: everything.
        case panic
    }

    private var buffer = ByteBuffer()
    /// How many of the readable bytes are known to hold no line feed.
    private var searched = 0
    private var block = Block.none
    /// The level of the block, or of a line that was cut.
    private var level = LogLine.Level.info
    private var isRestOfLine = false
    private var lastLine: String?
    private var lastError: String?
    private var linesSinceError = 0

    /// The lines that may follow the line of an error without its being old news.
    private static let newsOfErrors = 100

    /// The line that tells most of why the server ended: the last error, or else the last line of all.
    var lastWords: String? {
        (lastError ?? lastLine).map { Self.bounded($0) }
    }

    private static func bounded(_ text: String) -> String {
        text.unicodeScalars.count > 200 ? String(text.unicodeScalars.prefix(199)) + "…" : text
    }

    /// Whether the last words are those of an error.
    var endsWithError: Bool { lastError != nil }

    /// Takes the next part of the stream; returns the lines that are whole now.
    mutating func append(_ part: ByteBuffer) -> [LogLine] {
        if buffer.readableBytes == 0 {
            buffer = part
        } else {
            buffer.writeImmutableBuffer(part)
        }
        var lines: [LogLine] = []
        while let line = nextLine() {
            if let line = read(line.bytes, isCut: line.isCut) { lines.append(line) }
        }
        if buffer.readableBytes == 0 { buffer.clear() } else { buffer.discardReadBytes() }
        return lines
    }

    /// The last line when the stream has ended without a line feed.
    mutating func finish() -> LogLine? {
        guard buffer.readableBytes > 0 else { return nil }
        defer {
            buffer.clear()
            searched = 0
        }
        return read(buffer, isCut: false)
    }

    private mutating func nextLine() -> (bytes: ByteBuffer, isCut: Bool)? {
        let view = buffer.readableBytesView
        if let end = view.dropFirst(searched).firstIndex(of: 0x0A).map({ $0 - view.startIndex }),
            end <= Self.maximumLine
        {
            searched = 0
            let line = buffer.readSlice(length: end) ?? ByteBuffer()
            buffer.moveReaderIndex(forwardBy: 1)
            return (line, false)
        }
        guard view.count > Self.maximumLine else {
            searched = view.count
            return nil
        }
        searched = 0
        return (buffer.readSlice(length: Self.cut(view)) ?? ByteBuffer(), true)
    }

    /// Where to cut a line so that no character of UTF-8 is split.
    private static func cut(_ view: ByteBufferView) -> Int {
        for length in stride(from: maximumLine, to: maximumLine - 4, by: -1)
        where view[view.startIndex + length] & 0xC0 != 0x80 {
            return length
        }
        return maximumLine
    }
}

// MARK: What a line means

extension ServerLog {
    private mutating func read(_ bytes: ByteBuffer, isCut: Bool) -> LogLine? {
        let text = LogLine.cleaned(bytes.readableBytesView)
        defer { isRestOfLine = isCut }
        if isRestOfLine { return text.isEmpty ? nil : LogLine(level: level, text: text) }
        // Node parts the place of an error from the error by a blank line, Python one exception from the next.
        guard !text.isEmpty else { return nil }
        if let (level, rest) = LogLevelGuess.prefix(text) {
            block = .none
            return note(rest, level, isHeadline: level <= .error)
        }
        return judge(text)
    }

    private mutating func judge(_ text: String) -> LogLine? {
        let isIndented = text.first == " "
        if text.hasPrefix("Traceback (most recent call last)") {
            block = .traceback
            return note(text, .error, isHeadline: false)
        }
        switch block {
        case .traceback:
            if isIndented { return note(text, .error, isHeadline: false) }
            block = .afterTraceback
            return note(text, .error, isHeadline: true)
        case .afterTraceback:
            if text.hasPrefix("During handling of the above exception")
                || text.hasPrefix("The above exception was the direct cause")
            {
                return note(text, .error, isHeadline: false)
            }
        case .stack:
            if isIndented || text == "{" || text == "}" || text == "]" { return note(text, level, isHeadline: false) }
        case .panic:
            return note(text, level, isHeadline: false)
        case .none: break
        }
        block = .none
        guard let named = LogLevelGuess.named(text) else { return note(text, .info, isHeadline: false) }
        let isFirst = note(text, named, isHeadline: named <= .error)
        if named <= .error { block = text.hasPrefix("panic: ") ? .panic : .stack }
        return isFirst
    }

    private mutating func note(_ text: String, _ level: LogLine.Level, isHeadline: Bool) -> LogLine? {
        guard !text.isEmpty else { return nil }
        // Anything above is told to every terminal of the machine (journald.conf(5), MaxLevelWall=).
        let level = max(level, .critical)
        self.level = level
        lastLine = text
        linesSinceError += 1
        if isHeadline {
            lastError = text
            linesSinceError = 0
        } else if linesSinceError > Self.newsOfErrors {
            lastError = nil
        }
        return LogLine(level: level, text: text)
    }
}

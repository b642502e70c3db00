// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Guesses how much a line matters from how loggers write.
enum LogLevelGuess {
    /// The level that a line names, and the line without a `<N>` of its own (sd-daemon(3)); nil when it names none.
    static func named(_ text: String) -> LogLine.Level? {
        let line = Array(text.utf8.prefix(longest))
        if line.first == UInt8(ascii: "{") { return inJSON(line) }
        return inPairs(line) ?? byFirstWords(line) ?? byWord(line) ?? byGlog(line)
    }

    /// Takes a `<N>` off the front of a line.
    static func prefix(_ text: String) -> (level: LogLine.Level, rest: String)? {
        let bytes = Array(text.utf8.prefix(3))
        guard bytes.count == 3, bytes[0] == UInt8(ascii: "<"), bytes[2] == UInt8(ascii: ">"),
            (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[1]),
            let level = LogLine.Level(rawValue: bytes[1] - UInt8(ascii: "0"))
        else { return nil }
        return (level, String(text.dropFirst(3)))
    }

    /// How far into a line a level is looked for.
    private static let longest = 400
    /// How far into a line a bare word counts: what comes later is part of a message.
    private static let farthestWord = 80

    private static let words: [String: LogLine.Level] = [
        "emerg": .emergency, "emergency": .emergency, "panic": .critical, "alert": .alert, "crit": .critical,
        "critical": .critical, "fatal": .critical, "error": .error, "err": .error, "err!": .error, "severe": .error,
        "warning": .warning, "warn": .warning, "notice": .notice, "info": .info, "information": .info,
        "debug": .debug, "dbg": .debug, "trace": .debug, "verbose": .debug, "silly": .debug,
    ]

    /// `"level":"warn"`, or the numbers of pino and bunyan.
    private static func inJSON(_ line: [UInt8]) -> LogLine.Level? {
        for key in ["\"level\"", "\"severity\"", "\"lvl\"", "\"levelname\"", "\"log.level\""] {
            guard var place = end(of: Array(key.utf8), in: line) else { continue }
            skip(&place, line) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
            let isText = place < line.count && line[place] == UInt8(ascii: "\"")
            if isText { place += 1 }
            let word = self.word(at: place, line)
            if let level = words[word] { return level }
            guard let number = Int(word), !isText || key == "\"level\"" else { continue }
            switch number {
            case 60...: return .critical
            case 50..<60: return .error
            case 40..<50: return .warning
            case 30..<40: return .info
            case 10..<30: return .debug
            default: continue
            }
        }
        return nil
    }

    /// `level=warn`.
    private static func inPairs(_ line: [UInt8]) -> LogLine.Level? {
        for key in ["level=", "lvl=", "severity="] {
            guard var place = end(of: Array(key.utf8), in: line, asWord: true) else { continue }
            if place < line.count, line[place] == UInt8(ascii: "\"") { place += 1 }
            if let level = words[word(at: place, line)] { return level }
        }
        return nil
    }

    /// What languages write first: `error: x`, `TypeError: x`, `panic: x`, `thread 'main' panicked at`.
    private static func byFirstWords(_ line: [UInt8]) -> LogLine.Level? {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("Uncaught ") || text.hasPrefix("Unhandled ") || text.hasPrefix("Caused by: ") {
            return .error
        }
        if text.hasPrefix("thread '"), text.contains("' panicked at") { return .critical }
        if text.hasPrefix("npm ") { return words[word(at: 4, line)] }
        // Node puts its process and the number of what is deprecated before that.
        var start = text.hasPrefix("(node:") ? (line.firstIndex(of: UInt8(ascii: ")")) ?? 0) + 2 : 0
        if text.contains(") [DEP") { start = (line.firstIndex(of: UInt8(ascii: "]")) ?? 0) + 2 }
        var end = start
        skip(&end, line) { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }
        guard end > start, end <= line.count else { return nil }
        let first = String(decoding: line[start..<end], as: UTF8.self)
        let next = end < line.count ? line[end] : UInt8(ascii: ":")
        // Node writes the code of an error in brackets behind its name.
        guard next == UInt8(ascii: ":") || next == UInt8(ascii: " ") && line.count > end + 1 && line[end + 1] == 0x5B
        else { return nil }
        if next == UInt8(ascii: ":"), let level = words[first.lowercased()] { return level }
        if first.hasSuffix("Warning") { return .warning }
        if first.hasSuffix("Error") || first.hasSuffix("Exception") || first.hasSuffix("KeyboardInterrupt") {
            return .error
        }
        return nil
    }

    /// `[error]`, or a word in capitals such as `INFO`; the first counts.
    private static func byWord(_ line: [UInt8]) -> LogLine.Level? {
        var place = 0
        while place < min(line.count, farthestWord) {
            guard isLetter(line[place]) else {
                place += 1
                continue
            }
            let begin = place
            skip(&place, line) { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
            let word = line[begin..<place]
            let inBrackets = begin > 0 && line[begin - 1] == 0x5B && place < line.count && line[place] == 0x5D
            guard inBrackets || word.allSatisfy({ (0x41...0x5A).contains($0) }) else { continue }
            if let level = words[String(decoding: word, as: UTF8.self).lowercased()] { return level }
        }
        return nil
    }

    /// `E1122 15:04:05.000000`, as glog and klog write.
    private static func byGlog(_ line: [UInt8]) -> LogLine.Level? {
        guard line.count > 6, line[1...4].allSatisfy(isDigit), line[5] == UInt8(ascii: " "), isDigit(line[6]) else {
            return nil
        }
        switch line[0] {
        case UInt8(ascii: "F"): return .critical
        case UInt8(ascii: "E"): return .error
        case UInt8(ascii: "W"): return .warning
        case UInt8(ascii: "I"): return .info
        default: return nil
        }
    }

    // MARK: Bytes

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func skip(_ place: inout Int, _ line: [UInt8], _ isPart: (UInt8) -> Bool) {
        while place < line.count, isPart(line[place]) { place += 1 }
    }

    /// The letters and digits at a place, in small letters.
    private static func word(at place: Int, _ line: [UInt8]) -> String {
        var end = min(place, line.count)
        skip(&end, line) { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "!") }
        return String(decoding: line[min(place, line.count)..<end], as: UTF8.self).lowercased()
    }

    /// The place behind the first occurrence of a text.
    private static func end(of text: [UInt8], in line: [UInt8], asWord: Bool = false) -> Int? {
        guard line.count >= text.count else { return nil }
        for place in 0...(line.count - text.count) where line[place] == text[0] {
            if asWord, place > 0, isLetter(line[place - 1]) || line[place - 1] == UInt8(ascii: "_") { continue }
            if line[place..<(place + text.count)].elementsEqual(text) { return place + text.count }
        }
        return nil
    }
}

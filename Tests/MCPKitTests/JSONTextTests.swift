// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import Testing

@testable import MCPKit

@Suite struct JSONTextTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "12.5e-3", "1E+400", "\"\"", "[]", "{}", " [1 , {\"a\" : [ ] } ]\n",
        #""\"\\\/\b\f\n\r\té😀\u00e9\ud83d\ude00""#, "123456789012345678901234567890.10",
    ])
    func acceptsJSON(_ text: String) throws {
        let parsed = try JSONText(validating: ByteBuffer(string: text))
        let spelled = String(buffer: parsed.bytes)
        #expect(text.contains(spelled))
        #expect(!spelled.hasPrefix(" ") && !spelled.hasSuffix("\n"))
    }

    @Test(arguments: [
        ("", JSONSyntaxError.Code.unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[1,]", .unexpectedByte, 3),
        ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5),
        ("01", .invalidNumber, 0), ("1.", .invalidNumber, 0), ("1e", .invalidNumber, 0), ("-", .unexpectedEnd, 1),
        ("+1", .unexpectedByte, 0), ("-x", .invalidNumber, 1), ("nul", .unexpectedEnd, 3),
        ("nulx", .unexpectedByte, 3), ("\"a", .unexpectedEnd, 2), ("\"a\nb\"", .unexpectedByte, 2),
        (#""\x""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 1), (#""\u12"#, .unexpectedEnd, 5),
        ("1 2", .trailingBytes, 2), ("[1", .unexpectedEnd, 2), ("NaN", .unexpectedByte, 0),
        ("{\"a\":1", .unexpectedEnd, 6),
    ])
    func refusesOthers(_ text: String, _ code: JSONSyntaxError.Code, _ offset: Int) {
        #expect(throws: JSONSyntaxError(code, at: offset)) {
            try JSONText(validating: ByteBuffer(string: text))
        }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE2, 0x82],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82, 0x41],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        let text = ByteBuffer(bytes: [0x22] + bytes + [0x22])
        #expect(throws: JSONSyntaxError(.invalidUTF8, at: 1)) { try JSONText(validating: text) }
    }

    @Test func boundsTheDepth() throws {
        let nested = { (depth: Int) in
            ByteBuffer(string: String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        }
        _ = try JSONText(validating: nested(128))
        #expect(throws: JSONSyntaxError(.tooDeep, at: 128)) { try JSONText(validating: nested(129)) }
        #expect(throws: JSONSyntaxError(.tooDeep, at: 1)) {
            try JSONText(validating: ByteBuffer(string: "[{}]"), maximumDepth: 1)
        }
    }

    @Test func findsMembersByDecodedNameAndTakesTheLast() throws {
        let text = try JSONText(validating: ByteBuffer(string: #"{"a":{"b":1}, "\u0061" : {"b": [2] } }"#))
        let range = try #require(text.range(at: "a", "b"))
        #expect(String(buffer: text.value(in: range).bytes) == "[2]")
        #expect(text.range(at: "a", "c") == nil)
        #expect(text.range(at: "a", "b", "c") == nil)
        #expect(text.member("a")?.kind == .object)
    }

    @Test func givesTheElementsOfAnArray() throws {
        let text = try JSONText(validating: ByteBuffer(string: #"[1, "x" ,{"a":[]}]"#))
        #expect(text.elements.map { String(buffer: $0.bytes) } == ["1", "\"x\"", #"{"a":[]}"#])
        #expect(text.elements.map(\.kind) == [.number, .string, .object])
    }

    @Test func replacesRangesAndNothingElse() throws {
        let text = try JSONText(validating: ByteBuffer(string: #"{ "a" : 1e3,"b":"é" , "c":[ ] }"#))
        let a = try #require(text.range(at: "a"))
        let c = try #require(text.range(at: "c"))
        let edited = text.replacing([(c, JSONText("x\"\u{1}")), (a, JSONText(7))])
        #expect(String(buffer: edited) == #"{ "a" : 7,"b":"é" , "c":"x\"\u0001" }"#)
    }

    @Test(arguments: [
        (#""a\u00e9\n\ud83d\ude00""#, "aé\n😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ud83dx\ude00""#, "\u{FFFD}x\u{FFFD}"),
        (#""\"\\\/""#, "\"\\/"),
    ])
    func decodesStrings(_ spelled: String, _ decoded: String) throws {
        #expect(try JSONText(validating: ByteBuffer(string: spelled)).stringValue == decoded)
    }

    @Test(arguments: ["", "plain", "q\"b\\", "\u{0}\u{1F}\n\r\t", "é😀\u{2028}"])
    func encodesWhatItDecodes(_ string: String) throws {
        let encoded = JSONText(string)
        #expect(try JSONText(validating: encoded.bytes).stringValue == string)
    }

    @Test func readsIntegersOnly() throws {
        let value = { (text: String) in try JSONText(validating: ByteBuffer(string: text)).integerValue }
        #expect(try value("5") == 5)
        #expect(try value("5.0") == 5)
        #expect(try value("-5") == -5)
        #expect(try value("5.5") == nil)
        #expect(try value("\"5\"") == nil)
        #expect(try value("99999999999999999999") == nil)
    }

    @Test func putsJSONOnOneLine() {
        #expect(String(buffer: ByteBuffer(string: "{\r\n\"a\":\n\"x\\n\"}").jsonOnOneLine) == "{  \"a\": \"x\\n\"}")
    }

    /// Whatever bytes arrive, the scanner ends with an answer and stays inside them.
    @Test func survivesMutatedText() {
        var random = SeededRandom(seed: 7)
        let original = Array(#"{"a":[1,2.5e3,{"b":"é\u00e9"}],"c":null,"d":true}"#.utf8)
        var accepted = 0
        for _ in 0..<5_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes = Array(bytes.prefix(Int.random(in: 40...bytes.count, using: &random)))
            guard let text = try? JSONText(validating: ByteBuffer(bytes: bytes)) else { continue }
            accepted += 1
            #expect(String(validating: text.bytes.readableBytesView, as: UTF8.self) != nil)
        }
        #expect(accepted > 0)
    }
}

/// A generator that gives the same numbers on every run (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import Testing

@testable import MCPKit

/// Cuts bytes into parts of random size.
private func randomParts(_ bytes: [UInt8], _ random: inout SeededRandom) -> [ByteBuffer] {
    var parts: [ByteBuffer] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let length = Int.random(in: 1...min(rest.count, 9), using: &random)
        parts.append(ByteBuffer(bytes: rest.prefix(length)))
        rest = rest.dropFirst(length)
    }
    return parts
}

@Suite struct LineFramerTests {
    @Test func findsTheSameLinesWhereverTheStreamIsSplit() throws {
        var random = SeededRandom(seed: 1)
        let stream = Array("one\r\n\n\r\nzwei é😀\nthree\rx\n\nlast".utf8)
        for _ in 0..<500 {
            var framer = LineFramer(maximum: 100)
            var lines: [String] = []
            for part in randomParts(stream, &random) {
                framer.append(part)
                while let line = try framer.next() { lines.append(String(buffer: line)) }
            }
            #expect(lines == ["one", "zwei é😀", "three\rx"])
            #expect(framer.finish().map { String(buffer: $0) } == "last")
            #expect(framer.finish() == nil)
        }
    }

    @Test func keepsLinesThatWereHandedOut() throws {
        var framer = LineFramer()
        framer.append(ByteBuffer(string: "a\nb"))
        let first = try framer.next()
        framer.append(ByteBuffer(string: "c\n"))
        let second = try framer.next()
        #expect(first == ByteBuffer(string: "a"))
        #expect(second == ByteBuffer(string: "bc"))
    }

    @Test func skipsLongLinesHoweverTheyAreSplit() throws {
        var random = SeededRandom(seed: 2)
        let stream = Array("1234\n12345\n\n123\n123456789012\n12\n1234567".utf8)
        for _ in 0..<500 {
            var framer = LineFramer(maximum: 4)
            var lines: [String] = []
            for part in randomParts(stream, &random) {
                framer.append(part)
                while true {
                    do throws(LineTooLong) {
                        guard let line = try framer.next() else { break }
                        lines.append(String(buffer: line))
                    } catch {
                        #expect(error.maximum == 4)
                        lines.append("too long: " + String(buffer: error.beginning))
                    }
                }
            }
            #expect(lines == ["1234", "too long: 12345", "123", "too long: 123456789012", "12"])
            #expect(framer.finish() == nil)
        }
    }

    @Test func keepsLittleOfALongLine() throws {
        var framer = LineFramer(maximum: 4)
        for _ in 0..<64 {
            framer.append(ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 16))
            #expect(try framer.next() == nil)
            #expect(framer.bufferedBytes == 0)
        }
        framer.append(ByteBuffer(string: "end\nnext\n"))
        let error = try #require(throws: LineTooLong.self) { try framer.next() }
        #expect(error.beginning.readableBytes == 512)
        #expect(error.end.readableBytes == 512)
        #expect(String(buffer: error.end).hasSuffix("xend"))
        #expect(try framer.next() == ByteBuffer(string: "next"))
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":12,"result":{"id":3,"x":"…"}}"#, 12),
        (#"{"jsonrpc": "2.0", "id": 12, "error": {"code": 1, "x": "…"}}"#, 12),
        (#"{"result":{"id":3,"x":"…"},"jsonrpc":"2.0","id":12}"#, 12),
        (#"{"jsonrpc":"2.0","result":{"x":"…"} , "id" : 12 } "#, 12),
        (#"{"jsonrpc":"2.0","id":"twelve","result":"…"}"#, nil),
        (#"{"result":"…","id":"twelve"}"#, nil),
        // The number is the result's own, or a string's.
        (#"{"result":{"x":"…","id":12}}"#, nil),
        (#"{"result":"…,\"id\":12}"#, nil),
        (#"{"jsonrpc":"2.0","id":12,"method":"m","params":{"result":"…"}}"#, nil),
        (#"{"method":"m","params":{"x":"…"},"jsonrpc":"2.0","id":12}"#, nil),
        (#"{"jsonrpc":"2.0","method":"m","params":{"x":"…"},"result":0,"id":12}"#, nil),
        ("no message … at all", nil),
    ])
    func tellsWhichRequestALongLineAnswers(_ line: String, _ number: Int?) throws {
        for size in [0, 600, 5000] {
            var framer = LineFramer(maximum: 4)
            framer.append(ByteBuffer(string: line.replacing("…", with: String(repeating: "x", count: size)) + "\n"))
            let error = try #require(throws: LineTooLong.self) { try framer.next() }
            #expect(error.answeredNumber == number)
        }
    }

    @Test func takesLinesUpToItsDefaultOfSixteenMebibytes() throws {
        var framer = LineFramer()
        let chunk = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<16 {
            framer.append(chunk)
            #expect(try framer.next() == nil)
        }
        framer.append(ByteBuffer(string: "\n"))
        #expect(try framer.next()?.readableBytes == 16 << 20)
        #expect(framer.bufferedBytes == 0)
    }
}

@Suite struct ServerSentEventTests {
    @Test func spellsEvents() {
        var buffer = ByteBuffer()
        buffer.writeServerSentEvent(ServerSentEvent(data: ByteBuffer(string: "{\"a\":1}")))
        buffer.writeServerSentComment("ping")
        buffer.writeServerSentEvent(
            ServerSentEvent(event: "endpoint", data: ByteBuffer(string: "a\r\nb\rc\n"), id: "7"))
        #expect(
            String(buffer: buffer)
                == "event: message\ndata: {\"a\":1}\n\n: ping\n\n"
                + "event: endpoint\nid: 7\ndata: a\ndata: b\ndata: c\ndata: \n\n")
    }

    @Test func readsWhatItSpellsWhereverTheStreamIsSplit() throws {
        var random = SeededRandom(seed: 2)
        let events = [
            ServerSentEvent(data: ByteBuffer(string: "{\"é\":\"😀\"}")),
            ServerSentEvent(event: "endpoint", data: ByteBuffer(string: "a\nb\n")),
            ServerSentEvent(data: ByteBuffer()),
        ]
        var buffer = ByteBuffer()
        for event in events {
            buffer.writeServerSentEvent(event)
            buffer.writeServerSentComment("ping")
        }
        for _ in 0..<300 {
            var decoder = ServerSentEventDecoder()
            let read = try randomParts(Array(buffer.readableBytesView), &random).flatMap { try decoder.decode($0) }
            #expect(read == events)
        }
    }

    @Test func readsEveryLineEndAndField() throws {
        var decoder = ServerSentEventDecoder()
        let stream = "\u{FEFF}data:a\r\ndata: b\rid: 5\nretry: 10\nunknown\n\r\nevent: x\n\ndata\n\n"
        let events = try decoder.decode(ByteBuffer(string: stream))
        #expect(
            events == [
                ServerSentEvent(data: ByteBuffer(string: "a\nb"), id: "5"),
                ServerSentEvent(data: ByteBuffer(), id: "5"),
            ])
    }

    @Test func refusesLongEvents() throws {
        var decoder = ServerSentEventDecoder(maximum: 8)
        #expect(throws: ServerSentEventDecoder.TooLong()) { try decoder.decode(ByteBuffer(string: "data: 456789")) }
        var joined = ServerSentEventDecoder(maximum: 8)
        #expect(throws: ServerSentEventDecoder.TooLong()) {
            try joined.decode(ByteBuffer(string: "data:123\ndata:123\ndata:123\n"))
        }
    }
}

@Suite struct MCPProtocolTests {
    @Test func ordersVersions() {
        #expect(MCPProtocolVersion.allCases.sorted() == MCPProtocolVersion.allCases)
        #expect(MCPProtocolVersion.allCases.filter(\.allowsBatches) == [.v2024_11_05, .v2025_03_26])
        #expect(MCPProtocolVersion.allCases.filter { !$0.hasSessions } == [.v2026_07_28])
    }
}

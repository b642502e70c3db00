// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import NIOCore
import NIOHTTP1
import Testing

@testable import StackBridge

@Suite struct LogLineTests {
    @Test(arguments: [
        ("plain", "plain"), ("\u{1B}[31mred\u{1B}[0m", "red"), ("\u{1B}[1;38;5;200mx\u{1B}[K", "x"),
        ("\u{1B}]0;title\u{7}x", "x"), ("\u{1B}]8;;http://a\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
        ("\u{9B}31mx", "x"), ("\u{1B}(Bx", "x"), ("\u{1B}Px\u{1B}\\y", "y"), ("a\tb", "a b"), ("a\u{0}\u{8}b", "ab"),
        ("x  ", "x"), ("  x", "  x"), ("10%\r50%\r100%", "100%"), ("done\r", "done"), ("é\u{2028}ü", "é ü"),
        ("a\u{202E}b", "ab"), ("\u{1B}", ""), ("\u{1B}[31", ""), ("\u{1B}[3\u{1B}[0mx", "x"), ("\u{7F}x", "x"),
        ("", ""),
    ])
    func cleansWhatOnlyATerminalUnderstands(_ raw: String, _ clean: String) {
        #expect(LogLine.cleaned(raw.utf8) == clean)
    }

    @Test func keepsTextBehindASequenceWithoutEnd() {
        let text = "\u{1B}]" + String(repeating: "x", count: 5_000)
        #expect(LogLine.cleaned(text.utf8).utf8.count > 2_000)
    }

    @Test(
        arguments: [
            ("hello", nil), ("no error here", nil), ("ERROR_CODE 5", nil), ("Terror: x", nil), ("errors: 0", nil),
            ("ERROR something", .error), ("[error] x", .error), ("[WARN] x", .warning), ("WARNING: x", .warning),
            ("INFO:     Started server process [1]", .info), ("error: x", .error), ("Error: x", .error),
            ("fatal: not a repository", .critical), ("warning: unused", .warning), ("level=warn msg=x", .warning),
            ("time=1 level=\"error\" msg=x", .error), ("ts=1 lvl=dbg", .debug), ("loglevel=error", nil),
            (#"{"level":"debug","msg":"ERROR"}"#, .debug), (#"{"time":1,"level":50,"msg":"x"}"#, .error),
            (#"{"severity" : "WARNING"}"#, .warning), (#"{"level":"30"}"#, .info), (#"{"msg":"error"}"#, nil),
            ("2024-01-01 12:00:00,123 - mcp.server - INFO - Got ERROR", .info),
            ("[2024-01-01T00:00:00Z DEBUG x::y] z", .debug), ("TypeError: x is not a function", .error),
            ("ModuleNotFoundError: No module named 'x'", .error), ("java.lang.IllegalStateException: x", .error),
            ("TypeError [ERR_X]: y", .error), ("(node:12) Warning: x", .warning),
            ("(node:12) [DEP0040] DeprecationWarning: x", .warning), ("DeprecationWarning: x", .warning),
            ("Uncaught Exception", .error), ("thread 'main' panicked at src/main.rs:2:5:", .critical),
            ("panic: runtime error", .critical), ("npm ERR! code E404", .error), ("npm WARN deprecated x", .warning),
            ("npm error code E404", .error), ("npm notice New version", .notice),
            ("E1122 15:04:05.1 1 x.go:1] y", .error),
            ("W1122 15:04:05.1 1 x.go:1] y", .warning), ("Caused by: x", .error), ("TRACE x", .debug),
            ("INFORMATION", .info),
            ("", nil), ("{", nil), ("level=", nil), ("(node:", nil), ("(node:1) [DEP", nil), ("\"level\"", nil),
        ] as [(String, LogLine.Level?)])
    func guessesTheLevel(_ text: String, _ level: LogLine.Level?) {
        #expect(LogLevelGuess.named(text) == level)
    }

    @Test func isWrittenForItsReader() {
        let line = LogLine(level: .warning, text: "x")
        #expect(line.written(forJournal: true) == "<4>x\n")
        #expect(line.written(forJournal: false) == "x\n")
    }

    @Test func knowsTheJournal() {
        #expect(JournalStream.names(device: 8, inode: 9, "8:9"))
        for other in ["8:10", "8", "8:9:1", ":", "", nil] { #expect(!JournalStream.names(device: 8, inode: 9, other)) }
        #expect(!JournalStream.isJournal(-1, "8:9"))
    }
}

@Suite struct ServerLogTests {
    private func read(_ text: String, by size: Int = .max) -> [LogLine] {
        var log = ServerLog()
        var lines: [LogLine] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            lines += log.append(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return lines + [log.finish()].compactMap(\.self)
    }

    @Test(arguments: [1, 2, 3, 7, 1_000]) func cutsTheStreamIntoLines(_ size: Int) {
        let lines = read("é\r\n\n\nWARNING: ü\n<3>own\nlast €", by: size)
        #expect(
            lines == [
                LogLine(level: .info, text: "é"), LogLine(level: .warning, text: "WARNING: ü"),
                LogLine(level: .error, text: "own"), LogLine(level: .info, text: "last €"),
            ])
    }

    @Test func cutsLongLinesBetweenCharacters() {
        let text = "ERROR " + String(repeating: "€", count: 10_000)
        for size in [1_000, 8_191, 1 << 20] {
            let lines = read(text + "\nnext\n", by: size)
            #expect(lines.dropLast().map(\.text).joined() == text)
            #expect(lines.dropLast().allSatisfy { $0.level == .error && $0.text.utf8.count <= ServerLog.maximumLine })
            #expect(lines.last == LogLine(level: .info, text: "next"))
        }
    }

    @Test func takesBytesThatAreNoText() {
        var log = ServerLog()
        let lines = log.append(ByteBuffer(bytes: [0xFF, 0xFE, 0x41, 0x0A] + [UInt8](repeating: 0x80, count: 9_000)))
        #expect(lines.first == LogLine(level: .info, text: "\u{FFFD}\u{FFFD}A"))
        #expect(lines.count == 2)
    }

    @Test func keepsATracebackTogether() {
        let text = """
            starting
            Traceback (most recent call last):
              File "/x.py", line 1, in <module>
                import y
            ModuleNotFoundError: No module named 'y'

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "/x.py", line 3, in <module>
            ValueError: z
            going on
            """
        let lines = read(text)
        #expect(lines.map(\.level) == [.info] + [LogLine.Level](repeating: .error, count: 8) + [.info])
    }

    @Test func keepsAStackTogether() {
        let text = """
            /x.js:1
            throw new Error('x')
            ^

            Error: x
                at Object.<anonymous> (/x.js:1:7)
                at Module._compile (node:internal) {
              code: 'MODULE_NOT_FOUND'
            }

            Node.js v20.1.0
            """
        let lines = read(text)
        #expect(lines.map(\.level).suffix(6) == [.error, .error, .error, .error, .error, .info])
        var log = ServerLog()
        _ = log.append(ByteBuffer(string: text + "\n"))
        #expect(log.lastWords == "Error: x")
    }

    @Test func keepsAPanicTogether() {
        let lines = read("panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:4\nexit status 2\n")
        #expect(lines.allSatisfy { $0.level == .critical })
    }

    /// Anything more would be told to every terminal of the machine.
    @Test func makesNothingMoreThanCritical() {
        #expect(read("<0>x\n[emerg] y\n").map(\.level) == [.critical, .critical])
    }

    @Test func remembersTheLastWords() {
        var log = ServerLog()
        #expect(log.lastWords == nil)
        _ = log.append(ByteBuffer(string: "usage: x [-h]\n"))
        #expect(log.lastWords == "usage: x [-h]")
        #expect(!log.endsWithError)
        _ = log.append(ByteBuffer(string: "error: bad\n" + String(repeating: "ok\n", count: 100)))
        #expect(log.lastWords == "error: bad")
        _ = log.append(ByteBuffer(string: "ok\n"))
        #expect(log.lastWords == "ok")
        _ = log.append(ByteBuffer(string: "error: " + String(repeating: "é", count: 400) + "\n"))
        #expect(log.lastWords?.unicodeScalars.count == 200)
        #expect(log.lastWords?.hasSuffix("é…") == true)
    }

    /// Whatever comes in whatever parts: one line each, without control characters, and of bounded length.
    @Test func neverEmitsControlCharacters() {
        var random = SystemRandomNumberGenerator()
        let pieces: [[UInt8]] = [
            [0x1B], Array("[31m".utf8), Array("]0;x".utf8), [0x07], [0x0D], [0x0A], [0x00], [0x9B], [0xC2, 0x9B],
            [0xE2, 0x80, 0xA8], Array("ERROR ".utf8), Array("Traceback (most recent call last):\n".utf8), [0x80],
            Array("  x\n".utf8), [0xF0, 0x9F], Array("<0>".utf8), Array("{\"level\":".utf8), [0x09], Array("é".utf8),
            [UInt8](repeating: 0x61, count: 5_000),
        ]
        for _ in 0..<1_000 {
            var log = ServerLog()
            var lines: [LogLine] = []
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                let piece = pieces.randomElement(using: &random) ?? []
                let noise = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                lines += log.append(ByteBuffer(bytes: piece + noise))
            }
            lines += [log.finish()].compactMap(\.self)
            for line in lines {
                #expect(!line.text.isEmpty)
                #expect(line.level >= .critical)
                // A byte that is no text becomes three.
                #expect(line.text.utf8.count <= 3 * ServerLog.maximumLine)
                let isClean = line.text.unicodeScalars.allSatisfy {
                    $0.properties.generalCategory != .control && $0.value != 0x2028 && $0.value != 0x2029
                }
                #expect(isClean)
            }
        }
    }
}

@Suite struct StandardErrorWriterTests {
    @Test func writesInOrderAndDropsWhatNobodyReads() throws {
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let writer = StandardErrorWriter(ends[1])
        let text = String(repeating: "x", count: 1 << 20)
        for _ in 0..<8 { writer.write(text) }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var total = 0
        while total < 4 << 20 { total += max(0, read(ends[0], &chunk, chunk.count)) }
        #expect(total == 4 << 20)
        writer.flush(seconds: 10)
        writer.write("end\n")
        writer.flush(seconds: 10)
        let count = read(ends[0], &chunk, chunk.count)
        #expect(
            String(decoding: chunk.prefix(max(0, count)), as: UTF8.self)
                == "mcp-stack-bridge: 4 texts for this log were dropped\nend\n")
        close(ends[0])
        close(ends[1])
    }
}

@Suite struct BridgeLogTests {
    /// A line of the bridge may repeat what a server said, and stays one line of the bridge.
    @Test func aLineIsOneLine() throws {
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        let log = BridgeLog(ends[1], environment: [])
        log.write("the tool 'a\nmcp-stack-bridge: b\u{1B}[31m' is hidden")
        log.flush()
        var bytes = [UInt8](repeating: 0, count: 200)
        let count = read(ends[0], &bytes, bytes.count)
        #expect(
            String(decoding: bytes.prefix(count), as: UTF8.self)
                == "mcp-stack-bridge: the tool 'amcp-stack-bridge: b' is hidden\n")
    }
}

@Suite struct ChildErrorsTests {
    private let call = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#

    @Test(arguments: [true, false]) func theLastWordsComeBeforeTheEnd(_ shares: Bool) async throws {
        let script = """
            printf '\\033[31mTraceback (most recent call last):\\033[0m\\n  File "x"\\nModuleNotFoundError: no y' >&2; exit 1
            """
        try await TestBridge.run(command: ["/bin/sh", "-c", script], configure: { $0.sharesSessions = shares }) {
            bridge in
            let connection = try await bridge.connect()
            let (head, body) = try await connection.exchange(call)
            #expect(head?.status == .serviceUnavailable)
            #expect(body.contains("server exited with status 1"))
            // The server's log is not the client's business.
            #expect(!body.contains("ModuleNotFoundError"))
            #expect(
                bridge.log.serverLines == [
                    LogLine(level: .error, text: "Traceback (most recent call last):"),
                    LogLine(level: .error, text: #"  File "x""#),
                    LogLine(level: .error, text: "ModuleNotFoundError: no y"),
                ])
            #expect(
                bridge.log.lines.first
                    == "server exited with status 1: ModuleNotFoundError: no y; 1 request was waiting")
            #expect(
                try await bridge.server.inspect { $0.statusText }.hasSuffix(
                    "the server does not start: server exited with status 1: ModuleNotFoundError: no y"))
        }
    }

    @Test func aFloodArrivesWhole() async throws {
        let script = "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done >&2; echo the end >&2; exit 1"
        try await TestBridge.run(command: ["/bin/sh", "-c", script]) { bridge in
            let (head, _) = try await bridge.connect().exchange(call)
            #expect(head?.status == .serviceUnavailable)
            let lines = bridge.log.serverLines
            #expect(lines.count == 20_001)
            #expect(lines.last?.text == "the end")
            #expect(bridge.log.lines.first?.hasPrefix("server exited with status 1: the end;") == true)
        }
    }

    /// A process that left the group of its parent lives on, with the pipe in its hands.
    @Test func aGrandchildThatKeepsThePipeHoldsUpNothing() async throws {
        var template = Array("/tmp/mcp-bridge-test-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fifo = directory + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        let gate = open(fifo, O_RDWR)
        defer {
            close(gate)
            unlink(fifo)
            unlink(fifo + "2")
            rmdir(directory)
        }
        #expect(mkfifo(fifo + "2", 0o600) == 0)
        // The child ends only once the grandchild is out of its group.
        let grandchild = "setsid sh -c 'echo here >\(fifo)2; read x <\(fifo)' >/dev/null &"
        let script = "\(grandchild) read here <\(fifo)2; echo 'error: gone' >&2; exit 5"
        try await TestBridge.run(command: ["/bin/sh", "-c", script]) { bridge in
            let (head, _) = try await bridge.connect().exchange(call)
            #expect(head?.status == .serviceUnavailable)
            #expect(bridge.log.lines.first?.hasPrefix("server exited with status 5: error: gone;") == true)
            while try await bridge.server.inspect({ $0.children.count }) > 0 {}
        }
        // The grandchild leaves when it has read this.
        #expect(write(gate, "x\n", 2) == 2)
        var left: CInt = 1
        while left > 0 {
            #expect(ioctl(gate, UInt(FIONREAD), &left) == 0)
            await Task.yield()
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
internal import MCPKit
internal import NIOCore

/// Reads messages off standard input, one per line, and writes the answers to standard output.
enum StdioLoop {
    /// Runs until standard input ends, which is how a client says goodbye (MCP, "stdio", shutdown).
    ///
    /// - Parameter answer: Returns the answer to a line, or nil when there is none.
    /// - Throws: `LineTooLong`, for a client that no answer is made for.
    static func run(_ answer: (ByteBuffer) async -> ByteBuffer?) async throws {
        var framer = LineFramer()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            framer.append(ByteBuffer(bytes: chunk[..<count]))
            while let line = try framer.next() {
                if let reply = await answer(line) { Console.standard.outputText(String(buffer: reply) + "\n") }
            }
        }
        if let line = framer.finish(), let reply = await answer(line) {
            Console.standard.outputText(String(buffer: reply) + "\n")
        }
    }
}

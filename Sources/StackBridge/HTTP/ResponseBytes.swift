// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import NIOHTTP1

/// Responses as they go over the wire (RFC 9112).
///
/// A response is one piece of memory and one write; NIO's own encoder makes at least two of each.
extension ByteBuffer {
    /// Appends a status line, in the client's version of HTTP.
    mutating func writeStatusLine(_ status: HTTPResponseStatus, to version: HTTPVersion) {
        writeStaticString(version.isOld ? "HTTP/1.0 " : "HTTP/1.1 ")
        writeString(String(status.code))
        writeStaticString(" ")
        writeString(status.reasonPhrase)
        writeStaticString("\r\n")
    }

    /// Appends a header field, whose value must be the bridge's own: nothing is escaped.
    mutating func writeField(_ name: String, _ value: String) {
        writeString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }

    /// Appends the line that ends a head.
    mutating func writeEndOfHead() {
        writeStaticString("\r\n")
    }

    /// The size that goes before a chunk of this many bytes (section 7.1).
    static func chunkSize(_ count: Int) -> ByteBuffer {
        ByteBuffer(string: String(count, radix: 16) + "\r\n")
    }

    /// What ends a chunk.
    static let endOfChunk: StaticString = "\r\n"
    /// What ends a body made of chunks.
    static let endOfChunks = ByteBuffer(string: "0\r\n\r\n")

    /// The interim response that asks for a body.
    static let goOn = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
    /// The answer to bytes that are no HTTP.
    static let badRequest = ByteBuffer(
        string: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

extension HTTPVersion {
    /// Whether it knows neither chunks nor, by default, connections for more than one request.
    var isOld: Bool { major < 1 || (major == 1 && minor == 0) }
}

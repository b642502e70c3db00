// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore

/// A server that speaks HTTP itself, one connection after the other, each for one request.
struct HTTPEcho {
    private let listener: CInt

    init(port: UInt16) {
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var isOn: CInt = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(listener, 64) == 0 else { exit(4) }
    }

    func serve() -> Never {
        _ = "listening\n".withCString { Glibc.write(STDOUT_FILENO, $0, strlen($0)) }
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            answer(connection)
            close(connection)
        }
    }

    private func answer(_ connection: CInt) {
        var text = ""
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let end = text.firstRange(of: "\r\n\r\n") {
                let head = text[..<end.lowerBound].lowercased()
                let length = head.firstRange(of: "content-length: ").flatMap { range in
                    Int(head[range.upperBound...].prefix { $0.isNumber })
                }
                let body = text[end.upperBound...]
                if body.utf8.count >= length ?? 0 { return reply(connection, String(body)) }
            }
            let count = read(connection, &chunk, chunk.count)
            guard count > 0 else { return }
            text += String(decoding: chunk.prefix(count), as: UTF8.self)
        }
    }

    private func reply(_ connection: CInt, _ body: String) {
        guard let message = try? JSONRPCMessage(parsing: ByteBuffer(string: body)) else {
            return write(connection, "405 Method Not Allowed", "")
        }
        guard let id = message.id else { return write(connection, "202 Accepted", "") }
        let result: String
        switch message.method {
        case "exit": exit(3)
        case "initialize":
            result = #"{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"h","version":"1"}}"#
        case "pid": result = "\(getpid())"
        default: result = "{}"
        }
        write(connection, "200 OK", #"{"jsonrpc":"2.0","id":\#(String(buffer: id.bytes)),"result":\#(result)}"#)
    }

    private func write(_ connection: CInt, _ status: String, _ body: String) {
        let text =
            "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n\(body)"
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(connection, $0.baseAddress, $0.count) }
    }
}

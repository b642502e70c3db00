// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Dispatch
import Glibc
import HostFiles
import Supervision
import Testing

@testable import StackCommands

@Suite("Asking over a socket")
struct SocketExchangeTests {
    /// Listens on a unix socket, answers one connection with the given text, or never when it is nil.
    private func listening(answer: String?, _ body: (_ path: String) throws -> Void) throws {
        try ScratchDirectory.use { (scratch) throws in
            let path = "\(scratch)/s"
            let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            #expect(bound == 0 && listen(listener, 1) == 0)
            let done = DispatchSemaphore(value: 0)
            if let answer {
                DispatchQueue.global().async {
                    let connection = accept(listener, nil, nil)
                    var buffer = [UInt8](repeating: 0, count: 4096)
                    _ = read(connection, &buffer, buffer.count)
                    _ = Array(answer.utf8).withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
                    close(connection)
                    done.signal()
                }
            }
            try body(path)
            if answer != nil { done.wait() }
        }
    }

    @Test func theBodyOfA200IsTheAnswer() throws {
        try listening(answer: "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody") { (path) throws in
            #expect(try SocketExchange(address: .unix(path: path)).get("/") == Array("body".utf8))
        }
    }

    @Test(arguments: [("HTTP/1.1 204 No Content\r\n\r\n", 204), ("HTTP/1.0 503\r\nA: b\r\n\r\nx", 503)])
    func theStatusIsToldWhateverItIs(_ answer: String, _ status: Int) throws {
        try listening(answer: answer) { (path) throws in
            #expect(try SocketExchange(address: .unix(path: path)).status(of: "/health") == status)
        }
    }

    @Test(arguments: ["HTTP/1.1 500 No\r\n\r\n{}", "garbage", "", "HTTP/1.1 200 OK\r\n\r\nno report"])
    func anythingElseIsNoAnswer(_ answer: String) throws {
        try listening(answer: answer) { path in
            #expect(throws: SocketExchange.Failure.noAnswer) { try StatusClient(socket: path).report() }
        }
    }

    @Test func aServerThatHangsDoesNotHangWhoAsks() throws {
        try listening(answer: nil) { path in
            let exchange = SocketExchange(address: .unix(path: path), patience: .milliseconds(50))
            #expect(throws: SocketExchange.Failure.noAnswer) { try exchange.get("/") }
        }
    }

    @Test func nobodyThereIsSaid() {
        #expect(throws: SocketExchange.Failure.notListening) { try StatusClient(socket: "/nonexistent/s").report() }
        let long = "/" + String(repeating: "x", count: 200)
        #expect(throws: SocketExchange.Failure.notListening) { try StatusClient(socket: long).report() }
    }
}

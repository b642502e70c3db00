// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Dispatch
import Glibc
import Logging
import ServiceLifecycle
import Supervision
import Testing

@testable import StackDaemon
@testable import StackObservation

@Suite struct StatusServerTests {
    /// Runs a server, asks it, and shuts it down.
    private func withServer(_ path: String, _ body: @Sendable (String) async throws -> Void) async throws {
        let recorder = Recorder()
        let keeper = StackKeeper(notifier: recorder, log: recorder.log)
        await keeper.adopt(.success(WatchedStack(generation: 5, servers: [.init(name: "n8n", service: nil)])))
        await keeper.finish(.units)
        await keeper.finish(.journal)
        let progress = ProgressMonitor(spacing: .zero) {}
        let server = StatusServer(
            path: path, keeper: keeper, progress: progress, heartbeat: .seconds(1), log: recorder.log)
        let group = ServiceGroup(
            services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        async let running: Void = group.run()
        for await _ in recorder.becameReady { break }
        try await body(path)
        await group.triggerGracefulShutdown()
        try await running
    }

    @Test func servesTheStatusAndNothingElse() async throws {
        let scratch = try Scratch()
        try await withServer(scratch.path + "/s") { path in
            let answer = try await ask(path, "GET /status HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.lowercased().contains("content-type: application/json\r\n"))
            #expect(answer.contains("\"generation\":5"))
            #expect(answer.contains("\"name\":\"n8n\""))
            #expect(try await ask(path, "GET /status?x HTTP/1.0\r\n\r\n").contains("200 OK"))
            #expect(try await ask(path, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").hasPrefix("HTTP/1.1 404"))
            let refused = try await ask(path, "POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
            #expect(refused.hasPrefix("HTTP/1.1 405"))
            #expect(refused.contains("Allow: GET, HEAD\r\n"))
            #expect(!(try await ask(path, "HEAD /status HTTP/1.1\r\nHost: x\r\n\r\n")).contains("generation"))
            #expect(try await ask(path, "nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400"))
        }
        #expect(access(scratch.path + "/s", F_OK) != 0)
    }

    @Test func replacesTheSocketOfADeadDaemonAndNoOther() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/s"
        let dead = try StatusSocket(path: path)
        close(dead.descriptor)
        try await withServer(path) { path in
            var status = stat()
            lstat(path, &status)
            #expect(status.st_mode & 0o777 == 0o660)
            #expect(throws: StatusSocketError.self) { try StatusSocket(path: path) }
            let answer = try await ask(path, "GET /status HTTP/1.0\r\n\r\n")
            #expect(answer.contains("200 OK"))
        }
        let file = try scratch.write("precious", to: "file")
        #expect(throws: StatusSocketError.self) { try StatusSocket(path: file) }
        #expect(access(file, F_OK) == 0)
        #expect(throws: StatusSocketError.self) {
            try StatusSocket(path: scratch.path + "/" + String(repeating: "x", count: 200))
        }
    }
}

/// Asks on a thread of its own: the calls block, and the server needs the threads of the cooperative pool.
private func ask(_ path: String, _ request: String) async throws -> String {
    try await withCheckedThrowingContinuation { done in
        DispatchQueue.global().async { done.resume(with: Result { try exchange(path, request) }) }
    }
}

/// Sends a request and reads until the server closes the connection.
private func exchange(_ path: String, _ request: String) throws -> String {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = try #require(sockaddr_un(path: path))
    try #require(address.withPointer { connect(descriptor, $0, $1) } == 0)
    let bytes = Array(request.utf8)
    try #require(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { break }
        answer += buffer[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
}

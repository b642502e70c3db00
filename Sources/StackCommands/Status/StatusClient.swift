// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials
internal import Glibc
internal import Supervision

/// Asks the daemon over its socket how the stack is doing.
struct StatusClient: Sendable {
    /// The daemon's socket.
    var socket: String
    /// How long the daemon may take; one that hangs must not hang whoever asks.
    var patience: Duration = .seconds(3)

    /// Why there is no answer.
    enum Failure: Error, Equatable {
        /// Nobody listens.
        case notRunning
        /// The socket may not be used by this user.
        case denied
        /// There was no answer in time, or none that makes sense.
        case noAnswer
    }

    /// The daemon's report.
    func report() throws(Failure) -> StatusReport {
        let answer = try exchange("GET /status HTTP/1.0\r\nHost: localhost\r\n\r\n")
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)),
            String(decoding: answer[..<end.lowerBound], as: UTF8.self).split(separator: " ").dropFirst().first == "200",
            let report = try? JSONDecoder().decode(StatusReport.self, from: Data(answer[end.upperBound...]))
        else { throw .noAnswer }
        return report
    }

    private func exchange(_ request: String) throws(Failure) -> [UInt8] {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .noAnswer }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard connect(descriptor) == 0 else {
            throw errno == EACCES ? .denied : errno == EAGAIN ? .noAnswer : .notRunning
        }
        var rest = Array(request.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw .noAnswer }
            rest = rest.dropFirst(count)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw .noAnswer }
            if count == 0 { return answer }
            answer += buffer[..<count]
            guard answer.count < 1 << 24 else { throw .noAnswer }
        }
    }

    private func connect(_ descriptor: Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socket.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

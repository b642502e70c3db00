// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// Sends one request to a server on this machine and reads the answer to its end.
struct SocketExchange: Sendable {
    /// Where the server listens.
    enum Address: Sendable, Equatable {
        /// A unix socket.
        case unix(path: String)
        /// A port of 127.0.0.1.
        case loopback(port: Int)
    }

    /// Why there is no answer.
    enum Failure: Error, Equatable {
        /// Nobody listens.
        case notListening
        /// This user may not connect.
        case denied
        /// There was no whole answer in time.
        case noAnswer
    }

    /// Where the server listens.
    var address: Address
    /// How long each step may take; a server that hangs must not hang whoever asks.
    var patience: Duration = .seconds(3)

    private static let mostBytes = 1 << 24

    /// Asks for a path by HTTP/1.0 and returns the body of an answer with status 200.
    func get(_ path: String) throws(Failure) -> [UInt8] {
        let (status, body) = try answer(to: path)
        guard status == 200 else { throw .noAnswer }
        return body
    }

    /// Asks for a path by HTTP/1.0 and returns the status of the answer.
    func status(of path: String) throws(Failure) -> Int {
        try answer(to: path).status
    }

    private func answer(to path: String) throws(Failure) -> (status: Int, body: [UInt8]) {
        let answer = try exchange("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n")
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)),
            let word = String(decoding: answer[..<end.lowerBound], as: UTF8.self).split(separator: " ").dropFirst()
                .first,
            let status = Int(word.prefix { $0.isNumber })
        else { throw .noAnswer }
        return (status, Array(answer[end.upperBound...]))
    }

    /// Whether somebody listens.
    var isListening: Bool {
        guard let descriptor = try? connected() else { return false }
        close(descriptor)
        return true
    }

    private func exchange(_ request: String) throws(Failure) -> [UInt8] {
        let descriptor = try connected()
        defer { close(descriptor) }
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
            guard count >= 0, answer.count < Self.mostBytes else { throw .noAnswer }
            if count == 0 { return answer }
            answer += buffer[..<count]
        }
    }

    private func connected() throws(Failure) -> Int32 {
        let family = if case .unix = address { AF_UNIX } else { AF_INET }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .noAnswer }
        let (seconds, attoseconds) = patience.components
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let result =
            switch address {
            case .unix(let path): Self.connect(descriptor, path: path)
            case .loopback(let port): Self.connect(descriptor, port: port)
            }
        guard result == 0 else {
            let failure: Failure = errno == EACCES ? .denied : errno == EAGAIN ? .noAnswer : .notListening
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    private static func connect(_ descriptor: Int32, path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return connect(descriptor, &address)
    }

    private static func connect(_ descriptor: Int32, port: Int) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(clamping: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return connect(descriptor, &address)
    }

    private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) -> Int32 {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

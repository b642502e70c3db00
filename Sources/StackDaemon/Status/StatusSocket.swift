// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc

/// The listening unix socket of the status server.
///
/// It is bound with its final rights before anybody can connect, and a socket that a dead daemon left is replaced.
struct StatusSocket {
    /// The group that may ask; the socket keeps the daemon's own group where it does not exist.
    static let group = "mcp-stack-admin"

    /// The bound descriptor, not yet listening.
    let descriptor: Int32
    /// Why the group could not be given; nil when it was, or when there is no such group.
    let groupTrouble: String?

    /// Binds the socket at a path.
    init(path: String) throws(StatusSocketError) {
        guard var address = sockaddr_un(path: path) else {
            throw StatusSocketError(path: path, step: "name", detail: "the path is too long for a socket")
        }
        try Self.removeStale(path, &address)
        let made = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard made >= 0 else { throw StatusSocketError(path: path, step: "make") }
        // Before bind(2) this is the mode that the file is created with.
        fchmod(made, 0o660)
        guard address.withPointer({ bind(made, $0, $1) }) == 0 else {
            defer { close(made) }
            throw StatusSocketError(path: path, step: "bind")
        }
        groupTrouble = Self.giveToGroup(path)
        guard chmod(path, 0o660) == 0 else {
            defer { close(made) }
            throw StatusSocketError(path: path, step: "protect")
        }
        descriptor = made
    }

    private static func removeStale(_ path: String, _ address: inout sockaddr_un) throws(StatusSocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw StatusSocketError(path: path, step: "replace", detail: "it exists and is not a socket")
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw StatusSocketError(path: path, step: "make") }
        defer { close(probe) }
        guard address.withPointer({ connect(probe, $0, $1) }) != 0 else {
            throw StatusSocketError(path: path, step: "bind", detail: "another mcp-stackd serves it")
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw StatusSocketError(path: path, step: "replace") }
    }

    private static func giveToGroup(_ path: String) -> String? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 65_536)
        guard getgrnam_r(group, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        guard lchown(path, uid_t.max, entry.gr_gid) != 0 else { return nil }
        return "cannot give it to group \(group): \(String(cString: strerror(errno)))"
    }
}

/// A status socket that could not be made.
struct StatusSocketError: Error, CustomStringConvertible {
    let description: String

    init(path: String, step: String, detail: String? = nil) {
        let detail = detail ?? String(cString: strerror(errno))
        description = "cannot \(step) the status socket '\(path)': \(detail)"
    }
}

extension sockaddr_un {
    /// The address of a path; nil when it is too long.
    init?(path: String) {
        self.init()
        sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: sun_path)
        guard bytes.count < capacity else { return nil }
        withUnsafeMutableBytes(of: &sun_path) { $0.copyBytes(from: bytes) }
    }

    /// Lends the address as the socket calls take it.
    mutating func withPointer<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        withUnsafePointer(to: &self) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

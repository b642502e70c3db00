// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles

/// A TCP port on which something listens, as /proc tells (proc_pid_net(5)).
struct ListeningPort: Equatable {
    /// A process that listens.
    struct Owner: Equatable {
        var process: Int
        var name: String
        /// The service it belongs to.
        var unit: String?
    }

    /// Whether it is reached from other machines.
    var isPublic: Bool
    /// Who listens; nil where that cannot be seen.
    var owner: Owner?

    /// Looks a port up on this machine.
    @Sendable static func ofThisMachine(_ port: Int) -> ListeningPort? {
        find(port, in: "/proc")
    }

    static func find(_ port: Int, in proc: String) -> ListeningPort? {
        let files = HostFiles()
        var sockets: [Socket] = []
        for table in ["tcp", "tcp6"] {
            guard let bytes = try? files.read("\(proc)/net/\(table)") else { continue }
            sockets += Self.sockets(in: String(decoding: bytes, as: UTF8.self)).filter { $0.port == port }
        }
        guard !sockets.isEmpty else { return nil }
        let inodes = Set(sockets.map { "socket:[\($0.inode)]" })
        return ListeningPort(isPublic: sockets.contains { !$0.isLoopback }, owner: owner(of: inodes, in: proc))
    }

    struct Socket: Equatable {
        var port: Int
        var isLoopback: Bool
        var inode: Int
    }

    /// The listening sockets of a table such as /proc/net/tcp.
    static func sockets(in table: String) -> [Socket] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // 0A is TCP_LISTEN (net/tcp_states.h).
            guard fields.count > 9, fields[3] == "0A" else { return nil }
            let local = fields[1].split(separator: ":")
            guard local.count == 2, let port = Int(local[1], radix: 16), let inode = Int(fields[9]) else { return nil }
            return Socket(port: port, isLoopback: isLoopback(local[0]), inode: inode)
        }
    }

    /// Addresses stand there in words of the machine's byte order, least byte first on all that are supported.
    private static func isLoopback(_ address: Substring) -> Bool {
        let mapped = "0000000000000000FFFF0000"
        if address == "00000000000000000000000001000000" { return true }
        let text = address.hasPrefix(mapped) ? address.dropFirst(mapped.count) : address
        return text.count == 8 && text.hasSuffix("7F")
    }

    private static func owner(of inodes: Set<String>, in proc: String) -> Owner? {
        let files = HostFiles()
        for name in (try? files.names(in: proc)) ?? [] {
            guard let process = Int(name), let descriptors = try? files.names(in: "\(proc)/\(name)/fd") else {
                continue
            }
            let owns = descriptors.contains { descriptor in
                guard let target = try? files.linkTarget("\(proc)/\(name)/fd/\(descriptor)") else { return false }
                return inodes.contains(target)
            }
            guard owns else { continue }
            return Owner(process: process, name: line("comm", name, proc), unit: unit(line("cgroup", name, proc)))
        }
        return nil
    }

    private static func line(_ file: String, _ process: String, _ proc: String) -> String {
        let bytes = (try? HostFiles().read("\(proc)/\(process)/\(file)")) ?? nil
        let text = String(decoding: bytes ?? [], as: UTF8.self)
        return String(text.prefix { $0 != "\n" })
    }

    /// The last part of a control group's path that names a service.
    private static func unit(_ cgroup: String) -> String? {
        cgroup.split(separator: "/").last { $0.hasSuffix(".service") }.map(String.init)
    }
}

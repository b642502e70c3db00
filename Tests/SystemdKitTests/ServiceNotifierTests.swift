// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import SystemdKit
import Testing

/// One suite sets the environment, one test after the other.
@Suite(.serialized) struct ServiceNotifierTests {
    @Test func sendsWhatTheServiceManagerReads() throws {
        let directory = try Scratch()
        let path = directory.path + "/notify"
        defer { unlink(path) }
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        setenv("NOTIFY_SOCKET", path, 1)
        defer { unsetenv("NOTIFY_SOCKET") }
        let notifier = ServiceNotifier()
        notifier.ready(status: "two\nlines")
        #expect(receive(socket) == "READY=1\nSTATUS=two lines")
        notifier.status("s")
        #expect(receive(socket) == "STATUS=s")
        notifier.status("it is down", error: ECHILD)
        #expect(receive(socket) == "STATUS=it is down\nERRNO=10")
        notifier.status("s", error: 0)
        #expect(receive(socket) == "STATUS=s\nERRNO=0")
        notifier.watchdog()
        #expect(receive(socket) == "WATCHDOG=1")
        notifier.stopping()
        #expect(receive(socket) == "STOPPING=1")
    }

    @Test func theWatchdogIsForThisProcessOnly() {
        setenv("WATCHDOG_USEC", "20000000", 1)
        defer { unsetenv("WATCHDOG_USEC") }
        #expect(ServiceNotifier.watchdogInterval == .seconds(20))
        setenv("WATCHDOG_PID", "1", 1)
        defer { unsetenv("WATCHDOG_PID") }
        #expect(ServiceNotifier.watchdogInterval == nil)
    }

    private func receive(_ socket: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import HostFiles
import Testing

@testable import StackCommands

@Suite("Ports on which something listens")
struct ListeningPortTests {
    private static let head =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"

    private static func row(_ address: String, state: String = "0A", inode: Int = 7) -> String {
        "   0: \(address) 00000000:0000 \(state) 00000000:00000000 00:00000000 00000000  1000        0 \(inode) 1 x 100"
    }

    @Test(arguments: [
        ("0100007F:0BB9", true), ("7F00007F:0BB9", true), ("00000000:0BB9", false), ("0A00020F:0BB9", false),
        ("00000000000000000000000001000000:0BB9", true), ("00000000000000000000000000000000:0BB9", false),
        ("0000000000000000FFFF00000100007F:0BB9", true), ("0000000000000000FFFF0000C0A80001:0BB9", false),
    ])
    func addressesAreTold(_ address: String, _ isLoopback: Bool) {
        let sockets = ListeningPort.sockets(in: "\(Self.head)\n\(Self.row(address))\n")
        #expect(sockets == [.init(port: 3001, isLoopback: isLoopback, inode: 7)])
    }

    @Test func connectionsAndGarbageAreNotListeners() {
        let rows = [Self.row("0100007F:0BB9", state: "01"), "", "x", Self.row("zz"), Self.row("0100007F:zz")]
        #expect(ListeningPort.sockets(in: ([Self.head] + rows).joined(separator: "\n")) == [])
    }

    @Test func theOwnerIsFoundByItsDescriptors() throws {
        try ScratchDirectory.use { (proc) throws in
            let files = HostFiles()
            for directory in ["net", "12", "12/fd", "34", "34/fd", "self"] {
                try files.makeDirectory("\(proc)/\(directory)")
            }
            try files.create("\(proc)/net/tcp", "\(Self.head)\n\(Self.row("00000000:0BB9", inode: 99))\n".utf8)
            try files.link("\(proc)/12/fd/3", to: "socket:[1]")
            try files.link("\(proc)/34/fd/5", to: "socket:[99]")
            try files.create("\(proc)/34/comm", "node\n".utf8)
            try files.create(
                "\(proc)/34/cgroup", "0::/mcp.slice/mcp-stack.slice/mcp-server-db.service\n".utf8)
            let owner = ListeningPort.Owner(process: 34, name: "node", unit: "mcp-server-db.service")
            #expect(ListeningPort.find(3001, in: proc) == ListeningPort(isPublic: true, owner: owner))
            #expect(ListeningPort.find(3002, in: proc) == nil)
            try files.removeTree("\(proc)/34")
            #expect(ListeningPort.find(3001, in: proc) == ListeningPort(isPublic: true, owner: nil))
        }
    }
}

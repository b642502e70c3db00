// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Finds servers that would listen on one port.
enum PortCheck {
    static func run(on stack: Stack, _ findings: Findings) {
        var first: [Int: (server: String, range: SourceRange)] = [:]
        if case .local = stack.tunnel,
            let gateway = stack.servers.lazy.compactMap(\.machinePort).first(where: { $0.value == 8787 })
        {
            findings.error(
                .duplicatePort, "port 8787 belongs to the gateway of 'mode: local'", at: gateway.range,
                hint: "let the server listen elsewhere")
        }
        for server in stack.servers {
            guard let port = server.machinePort else { continue }
            if let taken = first[port.value] {
                findings.add(
                    Diagnostic(
                        .error, .duplicatePort, "port \(port.value) is taken", at: port.range,
                        notes: [.init("by server '\(taken.server)'", at: taken.range)]))
            } else {
                first[port.value] = (server.name.value, port.range)
            }
        }
    }
}

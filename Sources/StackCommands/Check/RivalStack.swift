// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import StackModel

/// Finds host names that two stacks claim for different tunnels: a name's DNS record leads to one of them.
enum RivalStack {
    static func diagnostics(of stack: Stack, against other: Stack, named name: String) -> [Diagnostic] {
        guard let own = stack.tunnel.named?.reference?.value, let theirs = other.tunnel.named?.reference?.value,
            own != theirs
        else { return [] }
        let claimed = Set(other.servers.flatMap(\.routes).compactMap(\.hostname))
        return stack.servers.flatMap(\.routes).compactMap { route in
            guard let hostname = route.hostname, claimed.contains(hostname) else { return nil }
            return Diagnostic(
                .error, .rivalConnector, "'\(name)' claims '\(hostname)' for another tunnel, '\(theirs)'",
                at: route.range,
                hint: "machines that serve one name are replicas: the same tunnel, with the same id and credentials, "
                    + "on each ('replica: true')")
        }
    }
}

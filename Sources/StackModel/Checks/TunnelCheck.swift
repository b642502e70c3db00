// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// Finds what a kind of tunnel cannot do.
enum TunnelCheck {
    static func run(on stack: Stack, _ findings: Findings) {
        switch stack.tunnel {
        case .local: break
        case .named(let tunnel): if tunnel.isReplica { replicas(stack, findings) }
        case .quick: quick(stack, findings)
        }
    }

    /// Quick tunnels buffer server-sent events and have a random name and no account that could protect it.
    private static func quick(_ stack: Stack, _ findings: Findings) {
        for server in stack.servers {
            if server.transport == .sse {
                findings.error(
                    .quickTunnel, "a quick tunnel does not stream server-sent events, and 'transport: sse' needs them",
                    at: server.name.range,
                    hint: "use a named tunnel, or Streamable HTTP, whose answers to POST pass")
            }
            for route in server.routes {
                if let hostname = route.hostname {
                    findings.error(
                        .quickTunnel, "a quick tunnel has a random name, and nothing arrives for '\(hostname)'",
                        at: route.range, hint: "leave the host name out, or use a named tunnel")
                }
                if case .policy = route.access.value {
                    findings.error(
                        .quickTunnel, "a quick tunnel has no access control", at: route.access.range,
                        hint: "use a named tunnel; 'access: public' lets everybody in who learns the random name")
                }
            }
        }
    }

    /// A session lives in one process of one machine, and Cloudflare sends a request to any connector.
    private static func replicas(_ stack: Stack, _ findings: Findings) {
        for server in stack.servers where server.isBridged && server.program != .status {
            findings.warning(
                .sessionsBehindReplicas,
                "server '\(server.name.value)' keeps sessions, and with replicas a request may reach another machine",
                at: server.name.range,
                hint: "clients then get 404 and start over; run it on one machine under a host name and tunnel of its "
                    + "own, or have it keep no state")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Everything that one stack file says, checked: the servers of a machine and how the world reaches them.
public struct Stack: Sendable {
    /// How requests reach the machine.
    public var tunnel: Tunnel
    /// The servers, in the order of the file.
    public var servers: [Server]
    /// The policies, in the order of the file.
    public var policies: [AccessPolicy] = []
    /// The account at Cloudflare, when the stack names one.
    public var cloudflare: CloudflareAccount?

    /// The policy that protects a route; nil for a public one.
    public func policy(of route: Route) -> AccessPolicy? {
        guard case .policy(let name) = route.access.value else { return nil }
        return policies.first { $0.name.value == name }
    }
}

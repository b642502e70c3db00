// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Everything that one stack file says, checked: the servers of a machine and how the world reaches them.
public struct Stack: Sendable {
    /// How requests reach the machine.
    public var tunnel: Tunnel
    /// The servers, in the order of the file.
    public var servers: [Server]
}

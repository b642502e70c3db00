// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics

/// The codes of what can be wrong between a stack and the machine it is for. Numbers are never reused.
extension Diagnostic.Code {
    /// A program is not installed where a service finds it.
    static let commandNotFound = Diagnostic.Code(4001)
    /// A program lives in somebody's home directory, which a confined service does not see.
    static let commandInHome = Diagnostic.Code(4002)
    /// The tunnel's credentials file cannot be used.
    static let badCredentials = Diagnostic.Code(4003)
    /// The program that carries requests is not installed.
    static let carrierMissing = Diagnostic.Code(4004)
    /// Another program refuses what was generated.
    static let refusedByVerifier = Diagnostic.Code(4005)
    /// A path that is opened to a server does not exist.
    static let missingPath = Diagnostic.Code(4006)
    /// A service that the stack does not need listens on all interfaces.
    static let publicListener = Diagnostic.Code(4007)
    /// A secret that the stack names was never set.
    static let missingSecret = Diagnostic.Code(4008)
    /// A port that a server needs is taken by another program.
    static let portInUse = Diagnostic.Code(4009)
    /// A server can be reached from the network, around the tunnel and its policies.
    static let exposedServer = Diagnostic.Code(4010)
    /// A file with certificate authorities cannot be used.
    static let badAuthorities = Diagnostic.Code(4011)
    /// Another cloudflared of this machine claims a host name of the stack.
    static let rivalConnector = Diagnostic.Code(4012)
    /// A policy whose log-ins only Cloudflare's API could tell the connector how to check.
    static let unknownAudience = Diagnostic.Code(4013)
    /// A unit that the stack names does not exist.
    static let missingUnit = Diagnostic.Code(4014)
    /// Something that the stack wants at Cloudflare and that somebody must do there.
    static let leftToDoAtCloudflare = Diagnostic.Code(4015)
}

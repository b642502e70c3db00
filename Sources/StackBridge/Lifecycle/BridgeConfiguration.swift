// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// What one bridge is told to do.
struct BridgeConfiguration: Sendable {
    /// Where connections come from.
    enum Sockets: Sendable {
        /// Listening sockets that systemd passed.
        case inherited([Int32])
        /// A socket of our own.
        case listen(ListenAddress)
    }

    /// A server that speaks HTTP itself.
    struct Origin: Sendable {
        var address: OriginAddress
        var transport = HTTPTransport.streamableHTTP
        /// How long it may take until it takes connections.
        var startTimeout = TimeAmount.seconds(120)
        /// Whether it is started at once and kept running, or started by the first request.
        var isEager = false
        /// The connections to it that may be open at once.
        var maximumConnections = 384
        /// Whether it has its clients sign in itself.
        var authorizesClients = false
    }

    /// The bridge's own version, by which it introduces itself to servers.
    static let version = "0.1.0"

    /// The program and its arguments; none when a server that speaks HTTP runs elsewhere.
    var command: [String]
    /// The server that speaks HTTP itself, when it is one.
    var origin: Origin?
    /// The environment of children, as `NAME=VALUE`.
    var environment: [String]
    var sockets: Sockets
    var hosts = HostRules()
    var paths = EndpointPaths()
    /// Whether one child serves all sessions.
    var sharesSessions = true
    /// Sessions that may be open at once.
    var maximumSessions = 64
    /// A session may be opened in every such time; nil for any number.
    var sessionInterval: TimeAmount? = .milliseconds(100)
    /// Sessions that may be opened at once after a quiet time.
    var sessionBurst: Int64 = 64
    /// Connections that may be open at once.
    var maximumConnections = 1024
    /// The socket on which metrics are told, if any.
    var metrics: String?
    /// The access mode of that socket; nil for what the umask leaves of it.
    var metricsMode: UInt32?
    /// How long the start of a child is held back after the first failure in a row.
    var startDelay = TimeAmount.seconds(1)
    /// A child that ends sooner counts as failed.
    var shortLife = TimeAmount.seconds(10)
    /// How long the bridge stays without a connection; nil for ever.
    var idleTimeout: TimeAmount?
    /// How long requests in flight may take after the bridge was asked to stop.
    var drain = TimeAmount.seconds(10)
    /// How long after its last use a client may still send a request on a connection: 4 s in the configurations that
    /// are generated for cloudflared and nginx, and some time for the request to arrive.
    var keepAlive = TimeAmount.seconds(5)
    var session = BridgeSession.Limits()
    var graces = ChildTeardown.Graces()
    /// How long a connection may stay without a request, or a request without its next byte.
    var connectionIdle = TimeAmount.seconds(30)
    /// How long the server may take to show that it is well.
    var healthPatience = TimeAmount.seconds(10)
    /// The bytes that may wait for a child that does not read.
    var maximumQueuedForChild = 16 << 20

    /// What of the header of requests goes along to the server.
    var passedFields: PassedFields {
        PassedFields(
            parameters: origin != nil, authorization: origin?.authorizesClients ?? false,
            resource: origin?.address.path ?? paths.endpoint)
    }
}

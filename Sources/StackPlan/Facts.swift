// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import UnitFile

/// What the compiler must know about the machine.
///
/// Everything it does follows from these and the stack.
public struct Facts: Sendable {
    /// The release of systemd that will read the units.
    public var systemd: SystemdRelease
    /// The number of the generation to make.
    public var generation: Int
    /// The generation whose connector configuration is in force when nothing about the connector changes.
    public var connectorGeneration: Int
    /// Programs found on systemd's search path: bare name to absolute path.
    public var commands: [String: String]
    /// The machine's name servers, as /etc/resolv.conf lists them.
    public var resolvers: [String]
    /// The stack file, for the comments on top of what is made of it.
    public var stackFile: String

    /// Creates a set of facts.
    public init(
        systemd: SystemdRelease, generation: Int, connectorGeneration: Int, commands: [String: String],
        resolvers: [String], stackFile: String = Locations.stackFile
    ) {
        self.systemd = systemd
        self.generation = generation
        self.connectorGeneration = connectorGeneration
        self.commands = commands
        self.resolvers = resolvers
        self.stackFile = stackFile
    }
}

/// Where the package and the stack keep things on a machine.
public enum Locations {
    /// The user's file.
    public static let stackFile = "/etc/mcp-stack/stack.yaml"
    /// The directory of the stack file and of the generations.
    public static let configuration = "/etc/mcp-stack"
    /// The link to the generation in force.
    public static let current = "/etc/mcp-stack/current"
    /// The bridge.
    public static let bridge = "/usr/libexec/mcp-stack/mcp-stack-bridge"
    /// The command line.
    public static let command = "/usr/bin/mcp-stack"
    /// The daemon's socket for status requests.
    public static let statusSocket = "/run/mcp-stack/status.sock"
    /// The directory of the servers' sockets.
    public static let serverSockets = "/run/mcp-stack/servers"
    /// The directory with a directory for the metrics socket of each bridge, which the group `mcp-edge` may enter.
    static let metricsSockets = "/run/mcp-stack/metrics"
    /// Where a bridge sees its own of these, being no member of that group.
    static let ownMetrics = "/run/mcp-stack/bridge"
    /// The name of a bridge's metrics socket.
    static let metricsName = "metrics.sock"
    /// Where the gateway of local mode listens.
    public static let gatewayPort = 8787
    /// The path at which the gateway tells the fingerprint of its configuration.
    public static let gatewayFingerprint = GatewayConfiguration.fingerprintPath
    /// Where systemd looks for encrypted credentials (systemd-creds(1)).
    public static let secrets = "/etc/credstore.encrypted"
    /// What the names of the stack's credentials start with.
    public static let secretPrefix = "mcp-stack."
    /// The search path that systemd gives its services (systemd.exec(5)).
    public static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// The socket of a bridged server.
    public static func serverSocket(_ name: String) -> String {
        "\(serverSockets)/\(name).sock"
    }

    /// The socket on which the bridge of a server tells metrics while it runs.
    public static func metricsSocket(_ name: String) -> String {
        "\(metricsSockets)/\(name)/\(metricsName)"
    }

    /// The directory of a generation.
    public static func generation(_ number: Int) -> String {
        "\(configuration)/generations/\(number)"
    }
}

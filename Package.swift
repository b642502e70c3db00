// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

// A target may depend only on those above it (see "Code map" in the README).
let package = Package(
    name: "mcp-stack",
    products: [
        .executable(name: "mcp-stack", targets: ["mcp-stack"]),
        .executable(name: "mcp-stackd", targets: ["mcp-stackd"]),
        .executable(name: "mcp-stack-bridge", targets: ["mcp-stack-bridge"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        .systemLibrary(name: "CSpawn"),

        // The pure core: no I/O, no clock.
        .target(name: "Diagnostics", swiftSettings: settings),
        .target(name: "LocatedYAML", dependencies: ["CLibYAML", "Diagnostics"], swiftSettings: settings),
        .target(name: "UnitFile", swiftSettings: settings),
        .target(name: "GoRegexp", swiftSettings: settings),
        .target(name: "StackRecord", swiftSettings: settings),
        .target(
            name: "StackModel", dependencies: ["Diagnostics", "GoRegexp", "LocatedYAML", "UnitFile"],
            swiftSettings: settings),
        .target(
            name: "StackPlan", dependencies: ["StackModel", "StackRecord", "UnitFile"],
            swiftSettings: settings),
        .target(name: "Supervision", swiftSettings: settings),

        // Effects.
        .target(name: "HostFiles", swiftSettings: settings),
        .target(name: "SystemdKit", dependencies: ["CSystemd", "HostFiles"], swiftSettings: settings),
        .target(
            name: "StackObservation", dependencies: ["StackRecord", "Supervision", "SystemdKit", "HostFiles"],
            swiftSettings: settings),
        .target(name: "MCPKit", dependencies: [nioCore], swiftSettings: settings),

        // The three programs as libraries.
        .target(
            name: "StackBridge",
            dependencies: ["CSpawn", "MCPKit", "SystemdKit", argumentParser, nioCore, nioPosix, nioHTTP1],
            swiftSettings: settings),
        .target(
            name: "StackDaemon",
            dependencies: [
                "StackObservation", "Supervision", "SystemdKit", argumentParser, serviceLifecycle,
                unixSignals, logging,
                nioCore, nioPosix, nioHTTP1,
            ],
            swiftSettings: settings),
        .target(
            name: "StackCommands",
            dependencies: [
                "Diagnostics", "GoRegexp", "LocatedYAML", "StackModel", "UnitFile", "StackPlan", "StackRecord",
                "Supervision", "SystemdKit",
                "HostFiles", "StackObservation", "MCPKit", "CSpawn", argumentParser, nioCore, subprocess,
                systemPackage,
            ],
            swiftSettings: settings),

        .executableTarget(name: "mcp-stack", dependencies: ["StackCommands", argumentParser], swiftSettings: settings),
        .executableTarget(name: "mcp-stackd", dependencies: ["StackDaemon", argumentParser], swiftSettings: settings),
        .executableTarget(
            name: "mcp-stack-bridge", dependencies: ["StackBridge", argumentParser], swiftSettings: settings),

        // Tests.
        .target(name: "StackTestSupport", dependencies: ["HostFiles"], swiftSettings: settings),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"], swiftSettings: settings),
        .testTarget(
            name: "LocatedYAMLTests", dependencies: ["Diagnostics", "LocatedYAML"], swiftSettings: settings),
        .testTarget(name: "GoRegexpTests", dependencies: ["GoRegexp"], swiftSettings: settings),
        .testTarget(name: "UnitFileTests", dependencies: ["UnitFile"], swiftSettings: settings),
        .testTarget(name: "HostFilesTests", dependencies: ["HostFiles"], swiftSettings: settings),
        .testTarget(
            name: "StackModelTests",
            dependencies: ["Diagnostics", "GoRegexp", "LocatedYAML", "StackModel", "StackTestSupport"],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "LanguageTests", dependencies: ["HostFiles", "LocatedYAML", "StackModel", "StackTestSupport"],
            exclude: ["every-section.yaml"], swiftSettings: settings),
        .testTarget(
            name: "StackPlanTests",
            dependencies: [
                "Diagnostics", "GoRegexp", "LocatedYAML", "StackModel", "StackPlan", "StackRecord", "StackTestSupport",
                "StackCommands",
                "HostFiles", "UnitFile",
            ],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "StackCommandsTests",
            dependencies: [
                "Diagnostics", "HostFiles", "LocatedYAML", "MCPKit", "StackCommands", "StackModel", "StackPlan",
                "StackTestSupport", "Supervision", "SystemdKit", argumentParser, nioCore,
            ],
            exclude: ["Import/Fixtures"], swiftSettings: settings),
        .executableTarget(
            name: "echo-mcp-server", dependencies: ["MCPKit", nioCore], path: "Tests/EchoMCPServer",
            swiftSettings: settings),
        .testTarget(name: "MCPKitTests", dependencies: ["MCPKit", nioCore], swiftSettings: settings),
        .testTarget(
            name: "StackBridgeTests",
            dependencies: [
                "StackBridge", "MCPKit", "echo-mcp-server", argumentParser, nioCore, nioPosix, nioHTTP1,
            ],
            swiftSettings: settings),
        .testTarget(name: "SystemdKitTests", dependencies: ["HostFiles", "SystemdKit"], swiftSettings: settings),
        .testTarget(name: "SupervisionTests", dependencies: ["Supervision"], swiftSettings: settings),
        .testTarget(
            name: "StackDaemonTests",
            dependencies: [
                "StackDaemon", "StackObservation", "StackRecord", "Supervision", "SystemdKit", serviceLifecycle,
                logging,
            ],
            swiftSettings: settings),
    ]
)

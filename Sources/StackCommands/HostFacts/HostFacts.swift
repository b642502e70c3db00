// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles
internal import StackModel
internal import StackPlan
internal import UnitFile

/// Gathers what the compiler must know about this machine.
struct HostFacts: Sendable {
    var search = CommandSearch()
    var files = HostFiles()

    /// The facts for a stack, the file it was read from, and the generation to make of it.
    func facts(for stack: Stack, from config: String, generation: Int) -> Facts {
        var commands: [String: String] = [:]
        for name in ["cloudflared", "nginx"] + stack.servers.compactMap({ $0.program.command?.first?.value })
        where !name.utf8.contains(UInt8(ascii: "/")) {
            commands[name] = search.find(name)
        }
        return Facts(
            systemd: systemd(), generation: generation, connectorGeneration: generation, commands: commands,
            resolvers: resolvers(), stackFile: config)
    }

    /// The installed release of systemd, told by the name of its shared library; the oldest supported one otherwise.
    ///
    /// The name answers without a running systemd and in a fraction of the time that `systemctl --version` takes.
    func systemd() -> SystemdRelease {
        let prefix = "libsystemd-shared-"
        for directory in ["/usr/lib/systemd", "/lib/systemd"] + multiarch() {
            for name in (try? files.names(in: directory)) ?? [] where name.hasPrefix(prefix) {
                if let version = Int(name.dropFirst(prefix.count).prefix(while: \.isNumber)) {
                    return SystemdRelease(version)
                }
            }
        }
        return .oldest
    }

    private func multiarch() -> [String] {
        ((try? files.names(in: "/usr/lib")) ?? []).filter { $0.hasSuffix("-linux-gnu") || $0.contains("-linux-gnu") }
            .map { "/usr/lib/\($0)/systemd" }
    }

    private func resolvers() -> [String] {
        guard let bytes = try? files.read("/etc/resolv.conf") else { return [] }
        return Self.resolvers(in: String(decoding: bytes, as: UTF8.self))
    }

    /// The addresses of the `nameserver` lines of a resolv.conf(5).
    static func resolvers(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, words[0] == "nameserver" else { return nil }
            let address = String(words[1].prefix { $0 != "%" })
            return IPAddress.isIPv4(address) || IPAddress.isIPv6(address) ? address : nil
        }
    }
}

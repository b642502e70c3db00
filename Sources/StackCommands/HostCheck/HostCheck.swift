// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import FoundationEssentials
internal import HostFiles
internal import StackModel
internal import StackPlan

/// Checks a stack against the machine it is for.
struct HostCheck {
    let stack: Stack
    let facts: Facts
    var files = HostFiles()
    /// The link by which an enabled nginx.service starts at boot.
    var bootLinkOfNginx = "/etc/systemd/system/multi-user.target.wants/nginx.service"

    /// The secrets that are set.
    var secretStore = SecretStore()
    /// The ports on which something listens.
    var listeners = ListeningPort.ofThisMachine
    /// Where systemd finds units.
    var unitDirectories = [
        "/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator", "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system", "/lib/systemd/system",
    ]
    /// The files that a cloudflared of its own would read.
    var rivalConfigurations = ["/etc/cloudflared", "/usr/local/etc/cloudflared"].flatMap {
        ["\($0)/config.yml", "\($0)/config.yaml"]
    }

    /// What is wrong; a missing carrier is an error only when applying, since a check may run elsewhere.
    func diagnostics(isApplying: Bool) -> [Diagnostic] {
        stack.servers.compactMap(program(of:)) + stack.servers.flatMap(paths(of:))
            + stack.servers.flatMap(secrets(of:)) + missing(stack.tunnel.credentialNames)
            + missing(accountCredentials) + CloudflareCheck.diagnostics(of: stack, isApplying ? .error : .warning)
            + stack.servers.compactMap(unit(of:)) + stack.servers.flatMap(authorities(of:))
            + stack.servers.flatMap(ports(of:)) + rivals() + carrier(isApplying ? .error : .warning)
    }

    /// The token of the account, which has no part in a stack that does not pass Cloudflare's account.
    private var accountCredentials: [Located<String>] {
        stack.tunnel.named == nil ? [] : [stack.cloudflare?.token].compactMap(\.self)
    }

    private func program(of server: Server) -> Diagnostic? {
        guard let word = server.program.command?.first else { return nil }
        let name = word.value
        let path = name.utf8.first == UInt8(ascii: "/") ? name : facts.commands[name]
        if let path, isBelowHome(path) {
            guard server.settings.sandbox.profile != .none else { return nil }
            return inHome(path, word)
        }
        if let path, CommandSearch.isExecutable(path) { return nil }
        if path == nil, let elsewhere = CommandSearch.findInHomes(name), isBelowHome(elsewhere) {
            return inHome(elsewhere, word)
        }
        return Diagnostic(
            .error, .commandNotFound,
            path == nil
                ? "there is no program '\(name)' where a service finds it" : "'\(name)' is not an executable file",
            at: word.range,
            hint: path == nil
                ? "install it system-wide; services search \(Locations.searchPath.prefix(4).joined(separator: ":"))"
                : nil)
    }

    /// systemd refuses to start a unit one of whose paths is missing (status 226).
    private func paths(of server: Server) -> [Diagnostic] {
        (server.paths.read + server.paths.write).filter { files.kind($0.value) == nil }.map { path in
            Diagnostic(
                .error, .missingPath, "there is no '\(path.value)' to open to the server", at: path.range,
                hint: "make it first, or take it out")
        }
    }

    /// systemd refuses to start a unit one of whose credentials is missing (status 243).
    private func secrets(of server: Server) -> [Diagnostic] {
        missing(server.secrets.map(\.credential))
    }

    private func missing(_ names: [Located<String>]) -> [Diagnostic] {
        names.filter { !secretStore.has($0.value) }.map { name in
            Diagnostic(
                .error, .missingSecret, "the secret '\(name.value)' is not set", at: name.range,
                hint: "mcp-stack secret set \(name.value)")
        }
    }

    /// systemd starts what comes after a unit that does not exist as if it had never been named.
    private func unit(of server: Server) -> Diagnostic? {
        guard let unit = server.unit else { return nil }
        var names = [unit.value]
        if let at = unit.value.firstIndex(of: "@") { names.append(unit.value[...at] + ".service") }
        let isThere = names.contains { name in unitDirectories.contains { files.kind("\($0)/\(name)") != nil } }
        guard !isThere else { return nil }
        return Diagnostic(
            .warning, .missingUnit, "there is no unit '\(unit.value)' on this machine", at: unit.range,
            hint: "'systemctl list-unit-files' lists them; leave 'unit' out when the service runs in none")
    }

    private func inHome(_ path: String, _ word: Located<String>) -> Diagnostic {
        Diagnostic(
            .error, .commandInHome, "'\(path)' lives in a home directory, which a confined service does not see",
            at: word.range,
            hint:
                "install it system-wide (apt install nodejs npm; pipx install --global …), or below /opt or /usr/local")
    }

    func isBelowHome(_ path: String) -> Bool {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"))
        return parts.count > 1 && ["home", "root"].contains { $0.utf8.elementsEqual(parts[0]) }
    }
}

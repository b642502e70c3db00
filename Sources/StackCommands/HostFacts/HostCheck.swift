// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import FoundationEssentials
internal import HostFiles
internal import StackModel
internal import StackPlan

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
    /// A secret that a server names was never set.
    static let missingSecret = Diagnostic.Code(4008)
}

/// Checks a stack against the machine it is for.
struct HostCheck {
    let stack: Stack
    let facts: Facts
    var files = HostFiles()
    /// The link by which an enabled nginx.service starts at boot.
    var bootLinkOfNginx = "/etc/systemd/system/multi-user.target.wants/nginx.service"

    /// The secrets that are set.
    var secretStore = SecretStore()

    /// What is wrong; a missing carrier is an error only when applying, since a check may run elsewhere.
    func diagnostics(isApplying: Bool) -> [Diagnostic] {
        stack.servers.compactMap(program(of:)) + stack.servers.flatMap(paths(of:))
            + stack.servers.flatMap(secrets(of:)) + carrier(isApplying ? .error : .warning)
    }

    private func program(of server: Server) -> Diagnostic? {
        guard let word = server.program.command?.first else { return nil }
        let name = word.value
        let path = name.hasPrefix("/") ? name : facts.commands[name]
        if let path, isBelowHome(path) {
            guard server.settings.sandbox != .none else { return nil }
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
        server.secrets.filter { !secretStore.has($0.credential.value) }.map { secret in
            let name = secret.credential.value
            return Diagnostic(
                .error, .missingSecret, "the secret '\(name)' is not set", at: secret.credential.range,
                hint: "mcp-stack secret set \(name)")
        }
    }

    private func inHome(_ path: String, _ word: Located<String>) -> Diagnostic {
        Diagnostic(
            .error, .commandInHome, "'\(path)' lives in a home directory, which a confined service does not see",
            at: word.range,
            hint:
                "install it system-wide (apt install nodejs npm; pipx install --global …), or below /opt or /usr/local")
    }

    private func isBelowHome(_ path: String) -> Bool {
        path.hasPrefix("/home/") || path.hasPrefix("/root/")
    }

    // MARK: What carries the requests

    private func carrier(_ severity: Diagnostic.Severity) -> [Diagnostic] {
        switch stack.tunnel {
        case .local:
            guard facts.commands["nginx"] == nil else { return debiansNginx() }
            return [
                Diagnostic(
                    severity, .carrierMissing, "nginx is not installed; 'mode: local' needs it to route requests",
                    at: nil, hint: "apt install nginx-light && systemctl disable --now nginx")
            ]
        case .named(let tunnel):
            var result = credentials(tunnel)
            if facts.commands["cloudflared"] == nil {
                result.append(
                    Diagnostic(
                        severity, .carrierMissing, "cloudflared is not installed; the tunnel needs it", at: nil,
                        hint: "install Cloudflare's package: https://pkg.cloudflare.com"))
            }
            return result
        }
    }

    /// Debian's package enables a service of its own on port 80; the gateway has no part in it.
    private func debiansNginx() -> [Diagnostic] {
        guard files.kind(bootLinkOfNginx) != nil else { return [] }
        return [
            Diagnostic(
                .warning, .publicListener,
                "nginx.service starts at boot and listens on every interface; the gateway does not need it", at: nil,
                hint: "if nothing else uses it: systemctl disable --now nginx")
        ]
    }

    private struct Credentials: Decodable {
        var AccountTag: String
        var TunnelSecret: String
        var TunnelID: String
    }

    private func credentials(_ tunnel: NamedTunnel) -> [Diagnostic] {
        let path = tunnel.credentials
        func problem(_ message: String, hint: String?) -> [Diagnostic] {
            [Diagnostic(.error, .badCredentials, message, at: path.range, hint: hint)]
        }
        let bytes: [UInt8]
        do throws(HostFileError) {
            guard let found = try files.read(path.value) else {
                return problem(
                    "there is no credentials file '\(path.value)'",
                    hint: "'cloudflared tunnel create NAME' writes one; copy it below /etc/mcp-stack with mode 0600")
            }
            bytes = found
        } catch {
            return problem(error.description, hint: "run this as root, who alone should read that file")
        }
        guard let credentials = try? JSONDecoder().decode(Credentials.self, from: Data(bytes)) else {
            return problem(
                "'\(path.value)' is not a tunnel's credentials file",
                hint: "it is the JSON file 'UUID.json' that 'cloudflared tunnel create' wrote, not cert.pem or a token")
        }
        guard credentials.TunnelID.lowercased() == tunnel.id else {
            return problem(
                "the credentials are for another tunnel, \(credentials.TunnelID)",
                hint: "'id' and 'credentials' must name the same tunnel; Cloudflare would answer 'Unauthorized'")
        }
        if let mode = files.mode(path.value), mode & 0o077 != 0 {
            return [
                Diagnostic(
                    .warning, .badCredentials, "other users of this machine can read the credentials",
                    at: path.range, hint: "chmod 600 '\(path.value)'")
            ]
        }
        return []
    }
}

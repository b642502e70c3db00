// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import FoundationEssentials
internal import HostFiles
internal import StackModel
internal import StackPlan

/// What carries the requests: nginx, or cloudflared and its credentials.
extension HostCheck {
    func carrier(_ severity: Diagnostic.Severity) -> [Diagnostic] {
        switch stack.tunnel {
        case .local:
            guard facts.commands["nginx"] == nil else { return debiansNginx() }
            return [
                Diagnostic(
                    severity, .carrierMissing, "nginx is not installed; 'mode: local' needs it to route requests",
                    at: nil, hint: "apt install nginx-light && systemctl disable --now nginx")
            ]
        case .named(let tunnel):
            guard case .file(let path) = tunnel.credentials else { return cloudflared(severity) }
            return credentials(path, of: tunnel) + cloudflared(severity)
        case .quick:
            return cloudflared(severity)
        }
    }

    private func cloudflared(_ severity: Diagnostic.Severity) -> [Diagnostic] {
        guard facts.commands["cloudflared"] == nil else { return [] }
        return [
            Diagnostic(
                severity, .carrierMissing, "cloudflared is not installed; the tunnel needs it", at: nil,
                hint: "install Cloudflare's package: https://pkg.cloudflare.com")
        ]
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

    // MARK: Credentials

    private struct Credentials: Decodable {
        var AccountTag: String
        var TunnelSecret: String
        var TunnelID: String
    }

    /// cloudflared trusts the file whatever tunnel it is for; only Cloudflare then answers 'Unauthorized'.
    private func credentials(_ path: Located<String>, of tunnel: NamedTunnel) -> [Diagnostic] {
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
                "'\(path.value)' is not a tunnel's credentials file, but \(Self.kind(of: bytes))",
                hint: "it is the JSON file 'UUID.json' that 'cloudflared tunnel create' wrote")
        }
        if let id = tunnel.id, credentials.TunnelID.lowercased() != id {
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

    private static func kind(of bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "an empty one" }
        let start = String(decoding: bytes.prefix(64), as: UTF8.self)
        if start.contains("-----BEGIN") {
            return "a certificate (cert.pem is for making tunnels, not for running them)"
        }
        if start.hasPrefix("eyJ") { return "a token; a token goes under 'token: { credential: … }'" }
        return "something else"
    }
}

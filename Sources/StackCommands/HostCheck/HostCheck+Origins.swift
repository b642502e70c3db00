// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import HostFiles
internal import LocatedYAML
internal import StackModel

/// The origins: certificate authorities, ports, and other connectors that claim their names.
extension HostCheck {
    /// cloudflared refuses to start without the file and says nothing when there is no certificate in it.
    func authorities(of server: Server) -> [Diagnostic] {
        guard let place = server.settings.origin.values[.caPool], case .text(let path) = place.value else { return [] }
        func problem(_ message: String, _ hint: String) -> [Diagnostic] {
            [Diagnostic(.error, .badAuthorities, message, at: place.range, hint: hint)]
        }
        if isBelowHome(path) {
            return problem(
                "'\(path)' lives in a home directory, which the connector does not see",
                "copy it below /etc/mcp-stack; a certificate is no secret")
        }
        let bytes: [UInt8]
        do throws(HostFileError) {
            guard let found = try files.read(path) else {
                return problem(
                    "there is no file '\(path)'", "give the PEM file of the authority that signed the origin")
            }
            bytes = found
        } catch {
            return problem(error.description, "the connector runs without privileges: chmod 644 '\(path)'")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("-----BEGIN CERTIFICATE-----") else {
            return problem(
                "'\(path)' holds no certificate in PEM form",
                text.contains("PRIVATE KEY")
                    ? "that is a private key; give the certificate that signed the origin's"
                    : "openssl x509 -inform DER -in FILE -out '\(path)' converts one")
        }
        if let mode = files.mode(path), mode & 0o004 == 0 {
            return problem("the connector, which runs without privileges, cannot read '\(path)'", "chmod 644 '\(path)'")
        }
        return []
    }

    /// A port that is taken, and a server that listens on more than loopback.
    func ports(of server: Server) -> [Diagnostic] {
        let port: Located<Int>
        var isOwn = true
        switch server.program {
        case .http, .proxied:
            guard let number = server.machinePort else { return [] }
            port = number
        case .external(let url):
            guard url.value.isLoopback, let number = url.value.effectivePort else { return [] }
            port = Located(number, at: url.range)
            isOwn = false
        case .stdio, .status: return []
        }
        guard let listener = listeners(port.value) else { return [] }
        if isOwn, let owner = listener.owner, owner.unit != "mcp-server-\(server.name.value).service" {
            return [
                Diagnostic(
                    .error, .portInUse, "port \(port.value) is in use by '\(owner.name)' (process \(owner.process))",
                    at: port.range,
                    hint: owner.unit.map { "it runs in \($0); stop that, or give the server another port" }
                        ?? "stop it, or give the server another port")
            ]
        }
        guard listener.isPublic else { return [] }
        let name = listener.owner.map { "'\($0.name)'" } ?? "what listens there"
        return [
            Diagnostic(
                .warning, .exposedServer,
                "\(name) listens on every interface: the network reaches port \(port.value) around the tunnel",
                at: port.range,
                hint: listener.owner?.name == "docker-proxy"
                    ? "publish it on loopback only: ports: [\"127.0.0.1:\(port.value):…\"]"
                    : "have it listen on 127.0.0.1")
        ]
    }

    /// A second cloudflared that routes a name of the stack elsewhere: a name has one tunnel, whatever both say.
    func rivals() -> [Diagnostic] {
        guard let tunnel = stack.tunnel.named else { return [] }
        return rivalConfigurations.flatMap { path -> [Diagnostic] in
            guard let bytes = try? files.read(path),
                let root = YAMLDocument(parsing: String(decoding: bytes, as: UTF8.self)).root,
                let id = root["tunnel"]?.text, id.lowercased() != tunnel.reference?.value,
                case .sequence(let rules)? = root["ingress"]?.content
            else { return [] }
            let claimed = Set(rules.compactMap { $0["hostname"]?.text?.lowercased() })
            return stack.servers.flatMap(\.routes).compactMap { route in
                guard let hostname = route.hostname, claimed.contains(hostname) else { return nil }
                return Diagnostic(
                    .warning, .rivalConnector, "'\(path)' routes '\(hostname)' through another tunnel, '\(id)'",
                    at: route.range,
                    hint: "a name leads to one tunnel only: point its DNS record at this one and stop the other "
                        + "cloudflared (systemctl disable --now cloudflared)")
            }
        }
    }
}

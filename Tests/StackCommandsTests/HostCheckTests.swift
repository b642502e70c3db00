// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import HostFiles
import StackModel
import StackPlan
import Testing
import UnitFile

@testable import StackCommands

@Suite("Checks against the machine")
struct HostCheckTests {
    private static let id = "6ff42ae2-765d-4adf-8112-31c55c1551ef"
    private static let secret = "s3cretAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

    private func check(
        _ text: String,
        commands: [String: String] = ["nginx": "/usr/sbin/nginx", "cloudflared": "/usr/bin/cloudflared"],
        bootLink: String = "/nonexistent", isApplying: Bool = true,
        listener: (port: Int, state: ListeningPort)? = nil, unitDirectories: [String] = [], rivals: [String] = []
    ) throws -> [Diagnostic] {
        let file = StackFile(parsing: text, name: "stack.yaml")
        let stack = try #require(file.stack, "\(file.diagnostics.map(\.message))")
        let facts = Facts(
            systemd: .oldest, generation: 1, connectorGeneration: 1, commands: commands, resolvers: [])
        var check = HostCheck(stack: stack, facts: facts)
        check.bootLinkOfNginx = bootLink
        check.secretStore = SecretStore(directory: "/nonexistent")
        check.listeners = { $0 == listener?.port ? listener?.state : nil }
        check.unitDirectories = unitDirectories
        check.rivalConfigurations = rivals
        return check.diagnostics(isApplying: isApplying)
    }

    private func local(_ server: String) -> String {
        "version: 1\ndomain: example.com\ntunnel: { mode: local }\nservers:\n  a: { \(server), access: public }\n"
    }

    @Test func programsThatExistAreFine() throws {
        #expect(try check(local("command: [/bin/sh, -c, x]")) == [])
        #expect(try check(local("command: [tool]"), commands: ["tool": "/bin/sh", "nginx": "/bin/sh"]) == [])
    }

    @Test(arguments: [
        "command: [no-such-program]", "command: [/no/such/program]", "command: [/etc/passwd], port: 3001",
    ])
    func programsThatDoNotAreErrorsAtTheirPlace(_ server: String) throws {
        let diagnostics = try check(local(server))
        #expect(diagnostics.map(\.code) == [.commandNotFound])
        #expect(diagnostics.first?.range?.start == SourcePosition(line: 5, column: 18))
    }

    @Test func programsInHomesAreRefusedUnlessTheSandboxIsOff() throws {
        #expect(try check(local("command: [/home/me/.local/bin/uvx]")).map(\.code) == [.commandInHome])
        #expect(try check(local("command: [/root/.nvm/node], port: 3001")).map(\.code) == [.commandInHome])
        #expect(try check(local("command: [/home/me/x], sandbox: none")).isEmpty)
    }

    @Test func pathsMustExist() throws {
        let diagnostics = try check(local("command: [/bin/sh], paths: { read: [/etc], write: [/no/such/dir] }"))
        #expect(diagnostics.map(\.code) == [.missingPath])
        #expect(diagnostics.first?.message.contains("/no/such/dir") == true)
    }

    @Test func secretsMustBeSet() throws {
        let text = local("command: [/bin/sh], secrets: { A: { credential: nope } }")
        let diagnostics = try check(text)
        #expect(diagnostics.map(\.code) == [.missingSecret])
        #expect(diagnostics.first?.hint == "mcp-stack secret set nope")
    }

    @Test func aMissingCarrierStopsAnApplyAndOnlyWarnsACheck() throws {
        let tunnel =
            "version: 1\ntunnel: { mode: named, id: \(Self.id), credentials: /nonexistent }\n"
            + "servers: { a: { url: 'http://localhost:1', hostname: a.example.com, access: public } }\n"
        let url = local("url: 'http://localhost:1'")
        for (text, code) in [(url, Diagnostic.Code.carrierMissing), (tunnel, .carrierMissing)] {
            let applying = try check(text, commands: [:])
            #expect(applying.contains { $0.code == code && $0.severity == .error })
            let checking = try check(text, commands: [:], isApplying: false)
            #expect(checking.contains { $0.code == code && $0.severity == .warning })
        }
    }

    @Test func anNginxThatListensToTheWorldIsWarnedAbout() throws {
        let diagnostics = try check(local("url: 'http://localhost:1'"), bootLink: "/etc/passwd")
        #expect(diagnostics.map(\.code) == [.publicListener])
        #expect(diagnostics.map(\.severity) == [.warning])
    }

    @Test func credentialsMustBeThoseOfTheTunnel() throws {
        try ScratchDirectory.use { (scratch) throws in
            let path = "\(scratch)/tunnel.json"
            let text =
                "version: 1\ntunnel: { mode: named, id: \(Self.id), credentials: \(path) }\n"
                + "servers: { a: { url: 'http://localhost:1', hostname: a.example.com, access: public } }\n"
            func codes(_ contents: String?, mode: UInt32 = 0o600) throws -> [String] {
                try HostFiles().removeTree(path)
                if let contents { try HostFiles().create(path, contents.utf8, mode: mode) }
                let diagnostics = try check(text)
                #expect(diagnostics.allSatisfy { !"\($0)".contains("s3cret") })
                return diagnostics.map { "\($0.severity.rawValue) \($0.code)" }
            }
            func json(_ id: String) -> String {
                #"{"AccountTag":"0123","TunnelSecret":"\#(Self.secret)","TunnelID":"\#(id)"}"#
            }
            #expect(try codes(json(Self.id.uppercased())) == [])
            #expect(try codes(json(Self.id), mode: 0o644) == ["warning MCS4003"])
            #expect(try codes(nil) == ["error MCS4003"])
            #expect(try codes("-----BEGIN ARGO TUNNEL TOKEN-----") == ["error MCS4003"])
            #expect(try codes(json("11111111-1111-1111-1111-111111111111")) == ["error MCS4003"])
        }
    }

    @Test func secretsOfTheTunnelMustBeSetToo() throws {
        for tunnel in ["credentials: { credential: home }", "token: { credential: home }"] {
            let text =
                "version: 1\ntunnel: { mode: named, id: \(Self.id), \(tunnel) }\n"
                + "servers: { a: { url: 'http://localhost:1', hostname: a.example.com, access: public } }\n"
            let diagnostics = try check(text)
            #expect(diagnostics.map(\.code) == [.missingSecret])
            #expect(diagnostics.first?.hint == "mcp-stack secret set home")
        }
    }

    @Test func unitsOfServicesElsewhereMustExist() throws {
        try ScratchDirectory.use { (scratch) throws in
            try HostFiles().create("\(scratch)/n8n.service", "".utf8)
            try HostFiles().create("\(scratch)/files@.service", "".utf8)
            func codes(_ unit: String) throws -> [Diagnostic.Code] {
                try check(local("url: 'http://localhost:1', unit: \(unit)"), unitDirectories: [scratch]).map(\.code)
            }
            #expect(try codes("n8n.service") == [])
            #expect(try codes("files@main.service") == [])
            #expect(try codes("m8n.service") == [.missingUnit])
        }
    }

    @Test func portsMustBeFreeOrOurs() throws {
        let text = local("command: [/bin/sh], port: 3001")
        func found(_ unit: String?, isPublic: Bool = false) throws -> [Diagnostic] {
            let owner = ListeningPort.Owner(process: 7, name: "node", unit: unit)
            return try check(text, listener: (3001, ListeningPort(isPublic: isPublic, owner: owner)))
        }
        #expect(try found("mcp-server-a.service") == [])
        #expect(try found("mcp-server-b.service").map(\.code) == [.portInUse])
        let stranger = try found(nil)
        #expect(stranger.map(\.message) == ["port 3001 is in use by 'node' (process 7)"])
        #expect(try found("mcp-server-a.service", isPublic: true).map(\.code) == [.exposedServer])
        #expect(try check(text, listener: (3002, ListeningPort(isPublic: true, owner: nil))) == [])
        // Who listens is hidden from users; that alone is no reason to complain.
        #expect(try check(text, listener: (3001, ListeningPort(isPublic: false, owner: nil))) == [])
    }

    @Test func containersThatPublishToTheNetworkAreWarnedAbout() throws {
        let owner = ListeningPort.Owner(process: 9, name: "docker-proxy", unit: "docker.service")
        let listener = (5678, ListeningPort(isPublic: true, owner: owner))
        let diagnostics = try check(local("url: 'http://localhost:5678'"), listener: listener)
        #expect(diagnostics.map(\.code) == [.exposedServer])
        #expect(diagnostics.first?.hint?.contains("127.0.0.1:5678:") == true)
        #expect(try check(local("url: 'http://192.0.2.1:5678'"), listener: listener) == [])
    }

    @Test func authoritiesMustBeReadableCertificates() throws {
        try ScratchDirectory.use { (scratch) throws in
            let path = "\(scratch)/ca.pem"
            let text = local("url: 'https://localhost:1', origin: { caPool: \(path) }")
            func codes(_ contents: String?, mode: UInt32 = 0o644) throws -> [Diagnostic.Code] {
                try HostFiles().removeTree(path)
                if let contents { try HostFiles().create(path, contents.utf8, mode: mode) }
                return try check(text).map(\.code)
            }
            let certificate = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
            #expect(try codes(certificate) == [])
            #expect(try codes(certificate, mode: 0o600) == [.badAuthorities])
            #expect(try codes(nil) == [.badAuthorities])
            #expect(try codes("\u{30}\u{82}") == [.badAuthorities])
            #expect(try codes("-----BEGIN PRIVATE KEY-----\n") == [.badAuthorities])
            let inHome = local("url: 'https://localhost:1', origin: { caPool: /home/me/ca.pem }")
            #expect(try check(inHome).map(\.code) == [.badAuthorities])
        }
    }

    @Test func anotherCloudflaredWithTheSameNameIsWarnedAbout() throws {
        try ScratchDirectory.use { (scratch) throws in
            let path = "\(scratch)/config.yml"
            let text =
                "version: 1\ntunnel: { mode: named, id: \(Self.id), credentials: { credential: x } }\n"
                + "servers: { a: { url: 'http://localhost:1', hostname: a.example.com, access: public } }\n"
            func codes(_ contents: String) throws -> [Diagnostic.Code] {
                try HostFiles().replace(path, contents.utf8)
                return try check(text, rivals: [path, "/nonexistent"]).map(\.code).filter { $0 != .missingSecret }
            }
            let rules =
                "ingress: [{ hostname: A.example.com, service: http://localhost:9 }, { service: http_status:404 }]\n"
            #expect(try codes("tunnel: 11111111-1111-1111-1111-111111111111\n" + rules) == [.rivalConnector])
            #expect(try codes("tunnel: \(Self.id)\n" + rules) == [])
            #expect(try codes("tunnel: other\ningress: []\n") == [])
            #expect(try codes("not: [yaml") == [])
        }
    }

    @Test func twoStacksCannotShareANameThroughTwoTunnels() throws {
        func stack(_ id: String, _ hostname: String) throws -> Stack {
            let text =
                "version: 1\ntunnel: { mode: named, id: \(id), credentials: /x }\n"
                + "servers: { a: { url: 'http://localhost:1', hostname: \(hostname), access: public } }\n"
            return try #require(StackFile(parsing: text, name: "x").stack)
        }
        let other = "11111111-1111-1111-1111-111111111111"
        let mine = try stack(Self.id, "a.example.com")
        func found(_ rival: Stack) -> [Diagnostic.Code] {
            RivalStack.diagnostics(of: mine, against: rival, named: "b.yaml").map(\.code)
        }
        #expect(try found(stack(other, "a.example.com")) == [.rivalConnector])
        #expect(try found(stack(other, "b.example.com")) == [])
        #expect(try found(stack(Self.id, "a.example.com")) == [])
    }
}

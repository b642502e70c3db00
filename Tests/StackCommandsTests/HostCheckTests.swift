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
        bootLink: String = "/nonexistent", isApplying: Bool = true
    ) throws -> [Diagnostic] {
        let file = StackFile(parsing: text, name: "stack.yaml")
        let stack = try #require(file.stack, "\(file.diagnostics.map(\.message))")
        let facts = Facts(
            systemd: .oldest, generation: 1, connectorGeneration: 1, commands: commands, resolvers: [])
        var check = HostCheck(stack: stack, facts: facts)
        check.bootLinkOfNginx = bootLink
        check.secretStore = SecretStore(directory: "/nonexistent")
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
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import ArgumentParser
import HostFiles
import StackModel
import Testing

@testable import StackCommands

@Suite("The route of a URL")
struct RouteCommandTests {
    // MARK: URLs, with the answers of Go's url.Parse

    @Test(
        arguments: [
            ("https://a.example.com", "a.example.com", ""), ("https://a.example.com/x?y#z", "a.example.com", "/x"),
            ("https://a.example.com:8443/x", "a.example.com", "/x"), ("https://a:/x", "a", "/x"),
            ("HTTPS://A.example.com/", "A.example.com", "/"), ("https://u:p@a/x", "a", "/x"), ("//a/x", "a", "/x"),
            ("https://a/%61%2Fb/../c//d", "a", "/a/b/../c//d"), ("https://a/x%20y z", "a", "/x y z"),
            ("https://[::1]:80/x", "::1", "/x"), ("https://[fe80::1%25en0]/", "fe80::1%en0", "/"),
            ("https://m\u{FC}ller.example.com/", "m\u{FC}ller.example.com", "/"),
            ("https://m%C3%BCller/", "m\u{FC}ller", "/"),
            ("localhost:3000/x", "", ""), ("mailto:a@b", "", ""), ("https:/x", "", "/x"), ("https:///x", "", "/x"),
            ("x://a:1:2/y", "a:1", "/y"), ("https://a?x/y", "a", ""), ("https://a/\u{E9}", "a", "/\u{E9}"),
            ("https://a\"b/", "a\"b", "/"), ("https://a/?", "a", "/"), ("https://a/+", "a", "/+"),
        ])
    func urlsAreReadAsGoReadsThem(_ text: String, _ hostname: String, _ path: String) throws {
        let url = try RequestURL(parsing: text)
        #expect(url.hostname == hostname)
        #expect(String(decoding: url.path, as: UTF8.self) == path)
    }

    @Test(
        arguments: [
            ("example.com/x", .noHostname), ("/x", .noHostname), ("", .noHostname), ("*", .noHostname),
            ("?x", .noHostname), ("///x", .noHostname), ("https://a/%zz", .invalid), ("https://a/%f", .invalid),
            ("https://a#%z", .invalid), (":a", .invalid), ("1a:b", .invalid), ("a b://c", .invalid),
            ("https://a:b/", .invalid), ("https://a:1:2/", .invalid), ("https://[::1/", .invalid),
            ("https://[::1]x/", .invalid), ("https://[1.2.3.4]/", .invalid), ("https://a[::1]/", .invalid),
            ("https://a b/", .invalid), ("https://a%20b/", .invalid), ("https://a\u{7F}/", .invalid),
            ("https://a/\n", .invalid), ("https://u[@a/", .invalid), ("https://a\\b/", .invalid),
            ("https://a|/", .invalid),
            ("a:b", nil), ("https://[fe80::1%25]/", .invalid), ("https://%/", .invalid),
        ] as [(String, RequestURL.Problem?)])
    func urlsThatGoRefuses(_ text: String, _ problem: RequestURL.Problem?) {
        do throws(RequestURL.Problem) {
            _ = try RequestURL(parsing: text)
            #expect(problem == nil)
        } catch {
            #expect(error == problem)
        }
    }

    // MARK: The command

    private static let stack = """
        version: 1
        domain: example.com
        tunnel: { mode: named, id: 6ff42ae2-765d-4adf-8112-31c55c1551ef, credentials: /etc/mcp-stack/tunnel.json }
        servers:
          github: { command: [/bin/true], access: public, routes: [{ hostname: mcp.example.com, path: "^/github(/.*)?$", strip-prefix: true }] }
          database: { command: [/bin/true], port: 3002, access: public, routes: [{ hostname: mcp.example.com, path: "^/database(/.*)?$" }] }
          rest: { url: "http://localhost:8080", hostname: "*.example.com", access: public }

        """

    /// What the command writes to standard output, and how it ends.
    private static func run(
        _ arguments: [String], stack: String = stack
    ) throws -> (output: String, failure: CommandFailure?) {
        try ScratchDirectory.use { scratch in
            let config = "\(scratch)/stack.yaml"
            try HostFiles().create(config, stack.utf8)
            let command = try RouteCommand.parse(arguments + ["--config", config])
            let output = Output()
            let console = Console { descriptor, text in if descriptor == 1 { output.text += text } }
            do throws(CommandFailure) {
                try command.run(on: console)
                return (output.text, nil)
            } catch {
                return (output.text, error)
            }
        }
    }

    /// Collects text on the one thread of a command.
    private final class Output: @unchecked Sendable {
        var text = ""
    }

    @Test func theAnswerNamesTheRuleAndSaysWhy() throws {
        #expect(
            try Self.run(["https://mcp.example.com/database/x?y"]).output == """
                mcp.example.com /database/x

                Matched rule #1
                  hostname:  mcp.example.com
                  path:      ^/database(/.*)?$
                  service:   http://localhost:3002
                  server:    database
                  access:    public

                Why
                  not #0 (github): its path '^/github(/.*)?$' does not match
                  #1 (database): the host name is 'mcp.example.com', and '^/database(/.*)?$' matches the path

                Note
                  the prefix is not stripped: server 'database' is asked for '/database/x', with '/database'

                """)
    }

    @Test func nobodysURLGetsTheLastRuleAndNoFailure() throws {
        let (output, failure) = try Self.run(["https://example.org/a/../b"])
        #expect(failure == nil)
        #expect(
            output == """
                example.org /a/../b

                Matched rule #3
                  service:   http_status:404

                Why
                  #3: no rule of the stack matches, and the last one answers everything else with 404

                Note
                  cloudflared matches and forwards dot segments and doubled slashes as they are; the server may resolve them, so a path is no boundary for access

                """)
    }

    @Test(
        arguments: [
            ("https://MCP.example.com/github", "upper case makes a difference"),
            ("https://example.com/", "'*.example.com' stands for the names below 'example.com', not for itself"),
            ("https://mcp.example.com./github", "without a dot at the end"),
            ("https://management.argotunnel.com/", "Matched cloudflared's own rule"),
            ("localhost:3000", "write https://localhost:3000 for a host"),
            ("https://m\u{FC}ller.example.com/", "begins with 'xn--'"),
            ("https://x.example.com/%1b[31m%07", "/\\x{1b}[31m\\x{7}"),
        ])
    func theAnswerExplains(_ url: String, _ words: String) throws {
        #expect(try Self.run([url]).output.contains(words))
    }

    @Test func theAnswerIsJSONOnDemand() throws {
        let output = try Self.run(["https://mcp.example.com/github", "--format", "json"]).output
        for line in [
            "\"version\" : 1", "\"number\" : 0", "\"server\" : \"github\"", "\"decider\" : \"cloudflared\"",
            "\"service\" : \"unix:/run/mcp-stack/servers/github.sock\"", "\"misses\" : [",
        ] { #expect(output.contains(line), "\(line) in \(output)") }
    }

    @Test func theLocalGatewayIsNamed() throws {
        let local =
            "version: 1\ntunnel: { mode: local }\nservers:\n  a: { command: [/bin/true], hostname: a.localhost, access: public }\n"
        let output = try Self.run(["http://a.localhost:8787/x/../mcp"], stack: local).output
        #expect(output.contains("Matched rule #0"))
        #expect(output.contains("the gateway on 127.0.0.1:8787 tries the same rules in the same order"))
        #expect(output.contains("the gateway resolves dot segments"))
        #expect(!output.contains("no boundary"))
    }

    @Test(
        arguments: [
            ("http://A.example.com./x", "/x"), ("http://a.example.com", "/"), ("http://a.example.com/x/../y", "/y"),
            ("http://a.example.com/x/%2e%2e/y", "/y"), ("http://a.example.com/x/./y/.", "/x/y/"),
            ("http://a.example.com/x/..", "/"), ("http://a.example.com//x//", "//x//"),
            ("http://a.example.com/x//../y", "/x/y"), ("http://a.example.com/x/../../y", nil),
        ])
    func theGatewaySeesWhatNginxSees(_ url: String, _ path: String?) throws {
        let seen = GatewayRequest(try RequestURL(parsing: url))
        #expect(seen.hostname == "a.example.com")
        #expect(seen.path == path.map { Array($0.utf8) })
    }

    @Test func theGatewayChoosesByWhatItSees() throws {
        let local = Self.stack.replacing(/tunnel: .*/, with: "tunnel: { mode: local }")
        let output = try Self.run(["http://MCP.example.com/database/../github/x"], stack: local).output
        #expect(output.contains("Matched rule #0"))
        #expect(output.contains("here to '/github/x'"))
        let above = try Self.run(["http://mcp.example.com/../x"], stack: local).output
        #expect(above.contains("climbs above the root with 400"))
    }

    @Test func whatCannotBeJudgedIsSaid() throws {
        let stack = Self.stack.replacing("^/github(/.*)?$", with: "^/\\\\p{Greek}").replacing(
            ", strip-prefix: true", with: "")
        let output = try Self.run(["https://mcp.example.com/x"], stack: stack).output
        #expect(output.contains("not #0 (github): only cloudflared can judge its path '^/\\p{Greek}'"))
        #expect(output.contains("this answer holds unless"))
    }

    @Test(
        arguments: [
            ("mcp.example.com/x", "mcp.example.com/x doesn't have a hostname, consider adding a scheme"),
            ("https://a/%z", "https://a/%z is not a valid URL"),
        ])
    func badURLsAreWrongUsage(_ url: String, _ message: String) throws {
        let (output, failure) = try Self.run([url])
        #expect(output.isEmpty)
        #expect(failure?.message == message)
        #expect(failure?.status == .usage)
    }

    @Test func aBadStackFileIsAConfigurationError() throws {
        #expect(try Self.run(["https://a/"], stack: "version: 1\n").failure?.status == .configuration)
        #expect(throws: (any Error).self) { try RouteCommand.parse([]) }
    }
}

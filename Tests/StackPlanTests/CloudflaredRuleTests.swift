// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import GoRegexp
import HostFiles
import StackModel
import StackPlan
import StackTestSupport
import Testing

@testable import StackCommands

/// The rule that `mcp-stack route` names is the one that the real cloudflared names, where there is one.
@Suite("Rules of cloudflared")
struct CloudflaredRuleTests {
    /// The program on the PATH of whoever runs the tests; Debian has none.
    private static let cloudflared = CommandSearch.findInHomes("cloudflared")

    @Test("are those that route names", arguments: GoldenTree.fixtures())
    func agree(_ fixture: GoldenTree) async throws {
        // Nothing to compare with: the tables of RouteMatchTests hold the same semantics without the program.
        guard let cloudflared = Self.cloudflared else { return }
        let text = try #require(try fixture.text("stack.yaml"))
        var stack = try #require(StackFile(parsing: text, name: "stack.yaml").stack)
        if stack.tunnel == .local {
            let named = GoldenTree.fixtures().compactMap {
                (try? $0.text("stack.yaml")).flatMap { StackFile(parsing: $0, name: "stack.yaml").stack?.tunnel }
            }
            stack.tunnel = try #require(named.first { $0 != .local })
        }
        let plan = try StackCompiler(stack: stack, facts: try GoldenTests.facts(of: fixture)).plan()
        guard case .text(let configuration) = plan.entries["connector/config.yml"] else {
            Issue.record("no configuration of cloudflared")
            return
        }
        let table = stack
        try await ScratchDirectory.use { (scratch) async throws in
            let config = "\(scratch)/config.yml"
            try HostFiles().create(config, configuration.utf8)
            for url in Self.urls(for: table) {
                let run = try await ProgramRun.run(
                    cloudflared, ["tunnel", "--config", config, "ingress", "rule", url])
                let theirs = run.output.split(separator: "\n").first { $0.hasPrefix("Matched rule #") }.map(String.init)
                do throws(RequestURL.Problem) {
                    let answer = RouteAnswer(url: url, request: try RequestURL(parsing: url), stack: table)
                    #expect(theirs == "Matched rule #\(answer.rule.number)", "\(url) in \(fixture)")
                    if let service = answer.rule.service { #expect(run.output.contains("service: \(service)\n")) }
                } catch {
                    #expect(run.errors.contains(error.message(about: url)), "\(url) in \(fixture)")
                }
            }
        }
    }

    /// URLs that hit and barely miss the rules of a stack, a sample of all combinations.
    private static func urls(for stack: Stack) -> [String] {
        let rows = RouteTable(stack).rows
        var hosts: [String] = ["nobody.example.org"]
        for hostname in rows.compactMap(\.route.hostname) {
            if hostname.hasPrefix("*.") {
                let base = String(hostname.dropFirst(2))
                hosts += ["one.\(base)", "one.two.\(base)", base, "x\(base)"]
            } else {
                hosts += [hostname, hostname.uppercased(), "\(hostname).", "\(hostname):8443", "www.\(hostname)"]
            }
        }
        var paths = ["", "/", "/mcp", "/%6Dcp", "/mcp/", "/a%2Fb/../mcp", "//mcp", "/x?mcp", "/%E2%82", "/%zz"]
        for text in rows.compactMap(\.route.path) {
            guard case .expression(let expression)? = try? PathPattern(text),
                let example = expression.example(startingWith: "/")
            else { continue }
            paths += [example, "/x\(example)", "\(example)/x", "\(example)x", example.uppercased()].filter {
                $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"#?%".utf8.contains($0) }
            }
        }
        let all = hosts.flatMap { host in paths.map { "https://\(host)\($0)" } }
        let step = max(1, all.count / 40)
        let sample = stride(from: 0, to: all.count, by: step).map { all[$0] }
        return sample + [
            "mcp.example.com/x", "localhost:3000", "https://[::1]:80/mcp", "https://a b/", "//web.example.com/mcp",
        ]
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Testing

@testable import StackBridge

/// "Security Warning" of every transport page: which values of `Origin`, and of `Host` with it, are valid.
@Suite struct HostRulesTests {
    private let rules = HostRules(
        ["mcp.example.com", "db.example.org:8443", "*.wild.example"].compactMap(HostRules.Pattern.init))

    @Test(arguments: [
        "localhost", "LocalHost:1", "127.0.0.1", "127.0.0.1:65535", "[::1]", "[::1]:8080", "mcp.example.com",
        "MCP.example.com.", "mcp.example.com:444", "db.example.org:8443", "a.wild.example", "a.b.wild.example:1",
    ])
    func allows(_ host: String) {
        #expect(rules.allows(host: host))
        #expect(rules.allows(origin: "https://\(host)"))
    }

    @Test(arguments: [
        "", "example.com", "evilmcp.example.com", "mcp.example.com.evil.test", "db.example.org", "db.example.org:443",
        "wild.example", "xwild.example", "localhost:", "localhost:x", "localhost:65536", "localhost:-1", "127.0.0.2",
        "[::2]", "[::1", "::1", "local host", "localhost/", "user@localhost", "localhost:1:2", "*", "[]", "[::1]x",
    ])
    func refuses(_ host: String) {
        #expect(!rules.allows(host: host))
        #expect(!rules.allows(origin: "https://\(host)"))
    }

    @Test(arguments: ["null", "", "localhost", "https:localhost", "https://", "https://localhost/path"])
    func refusesOrigins(_ origin: String) {
        #expect(!rules.allows(origin: origin))
    }

    @Test func takesAnythingWhenTold() throws {
        let rules = HostRules([try #require(HostRules.Pattern("*"))])
        #expect(rules.allows(host: "anything.example:5"))
        #expect(!rules.allows(host: "not a host"))
        #expect(!rules.allows(origin: "null"))
    }

    @Test(arguments: ["", "a b", "*.", "a.*.b", "http://x", "x:y", "x:70000", "*x"])
    func refusesPatterns(_ pattern: String) {
        #expect(HostRules.Pattern(pattern) == nil)
    }
}

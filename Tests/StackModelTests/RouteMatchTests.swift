// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import StackModel
import Testing

@Suite("The rule for a request")
struct RouteMatchTests {
    static func table(_ routes: [(hostname: String?, path: String?)]) throws -> RouteTable {
        let lines = routes.enumerated().map { index, route in
            let hostname = route.hostname.map { "hostname: '\($0)'" }
            let path = route.path.map { "path: '\($0)'" }
            let keys = [hostname, path].compactMap(\.self).joined(separator: ", ")
            return "  s\(index): { url: 'http://localhost:\(index + 1)', access: public, routes: [{ \(keys) }] }"
        }
        let text = "version: 1\ntunnel: { mode: local }\nservers:\n" + lines.joined(separator: "\n") + "\n"
        let file = StackFile(parsing: text, name: "stack.yaml")
        return RouteTable(try #require(file.stack, "\(file.diagnostics.map(\.message)) in \(text)"))
    }

    /// Rules as cloudflared's `ingress rule` counts them.
    static let rules: [(hostname: String?, path: String?)] = [
        ("mcp.example.com", "^/github(/.*)?$"),
        ("mcp.example.com", "/n8n"),
        ("*.wild.example.com", nil),
        ("wild.example.com", "^/only$"),
        (nil, "^/any/"),
        ("xn--mller-kva.example.com", nil),
        ("mcp.example.com", nil),
        ("greek.example.com", "\\p{Greek}"),
    ]

    @Test(
        arguments: [
            ("mcp.example.com", "/github", 0), ("mcp.example.com", "/github/x", 0),
            ("mcp.example.com:8443", "/github", 0),
            ("mcp.example.com", "/githubs", 6), ("mcp.example.com", "/GitHub", 6), ("mcp.example.com", "/a/n8nfoo", 1),
            ("mcp.example.com", "/any/x", 4), ("MCP.example.com", "/github", 8), ("mcp.example.com.", "/github", 8),
            ("a.wild.example.com", "/", 2), ("a.b.wild.example.com", "/", 2), ("wild.example.com", "/", 8),
            ("wild.example.com", "/only", 3), (".wild.example.com", "/", 2), ("xwild.example.com", "/", 8),
            ("other.example.com", "/any/", 4), ("", "/any/", 4), ("", "", 8), ("mcp.example.com", "", 6),
            ("xn--mller-kva.example.com", "/", 5), ("m\u{FC}ller.example.com", "/", 8),
            ("mcp.example.com", "/x/../github", 6), ("mcp.example.com", "//github", 6), ("[::1]:80", "/", 8),
            ("management.argotunnel.com", "/any/", -1), ("greek.example.com", "/\u{3B1}", 8),
        ] as [(String, String, Int)])
    func rulesAreChosen(_ host: String, _ path: String, _ number: Int) throws {
        let match = try Self.table(Self.rules).match(host: host, path: Array(path.utf8), isTunnelled: true)
        #expect(match.number == number)
    }

    @Test func theHiddenRuleIsCloudflaredsAlone() throws {
        let table = try Self.table(Self.rules)
        let path = Array("/any/".utf8)
        #expect(table.match(host: RouteTable.managementHostname, path: path, isTunnelled: false).number == 4)
    }

    @Test(
        arguments: [
            ("mcp.example.com", "/x", [(0, .path), (1, .path), (4, .path)]),
            ("MCP.example.com", "/any/", [(0, .letterCase), (1, .letterCase)]),
            ("mcp.example.com.", "/any/", [(0, .trailingDot), (1, .trailingDot)]),
            ("wild.example.com", "/only", [(2, .wildcardItself)]),
            ("A.wild.example.com", "/", []),
            ("a.WILD.example.com", "/any/", [(2, .letterCase)]),
            ("greek.example.com", "/", [(4, .path), (7, .undecided)]),
            ("nobody.example.org", "/", [(4, .path)]),
        ] as [(String, String, [(Int, RouteMatch.Obstacle)])])
    func missesAreExplained(_ host: String, _ path: String, _ misses: [(Int, RouteMatch.Obstacle)]) throws {
        let match = try Self.table(Self.rules).match(host: host, path: Array(path.utf8), isTunnelled: true)
        #expect(match.misses.map(\.row.index) == misses.map(\.0))
        #expect(match.misses.map(\.obstacle) == misses.map(\.1))
    }

    /// Go's `net.SplitHostPort`, and the whole text where that finds an error.
    @Test(
        arguments: [
            ("a", "a"), ("a:1", "a"), ("a:", "a"), (":1", ""), ("a:1:2", "a:1:2"), ("[::1]:1", "::1"),
            ("[::1]", "[::1]"),
            ("::1", "::1"), ("[a:1", "[a:1"), ("a]:1", "a]:1"), ("", ""), ("[a]b:1", "[a]b:1"),
        ])
    func portsAreLeftOut(_ host: String, _ name: String) throws {
        let table = try Self.table([("a", nil)])
        let isMatch = table.match(host: host, path: [], isTunnelled: true).number == 0
        #expect(isMatch == (name == "a"))
    }

    /// The semantics once more, as plainly as can be, against the implementation on random tables and requests.
    @Test func anyTableAgreesWithThePlainReading() throws {
        var random = SystemRandomNumberGenerator()
        let names = ["a.b", "*.b", "*.a.b", "x.a.b", "c", "*.c"]
        let hosts = ["a.b", "x.a.b", "y.x.a.b", "b", "A.b", "c", "z.c", "a.b.", "a.b:80", "q", ".b"]
        let words = ["p", "q", "pq", "p/q"]
        for _ in 0..<200 {
            var seen: Set<String> = []
            var rules: [(hostname: String?, path: String?, isWhole: Bool)] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let hostname = Int.random(in: 0..<5, using: &random) == 0 ? nil : names.randomElement(using: &random)
                let word = words.randomElement(using: &random) ?? ""
                let isWhole = Bool.random(using: &random)
                // Expressions of which none includes another, so that the stack file has no errors.
                let unique = "\(rules.count)" + word
                guard seen.insert("\(hostname ?? "") \(word)").inserted else { continue }
                rules.append((hostname, unique, isWhole))
            }
            let table = try Self.table(rules.map { ($0.hostname, $0.isWhole ? "^/\($0.path ?? "")$" : $0.path) })
            for host in hosts {
                let rule = rules.randomElement(using: &random)
                let path =
                    ["/", "/x/", "", "/x"].randomElement(using: &random)! + (rule?.path ?? "") + ["", "/y"]
                    .randomElement(using: &random)!
                let expected = rules.firstIndex { Self.plainly($0.hostname, $0.path ?? "", $0.isWhole, host, path) }
                let match = table.match(host: host, path: Array(path.utf8), isTunnelled: true)
                #expect(match.number == expected ?? rules.count, "\(rules) and \(host) \(path)")
                #expect(match.misses.allSatisfy { $0.row.index < match.number })
            }
        }
    }

    private static func plainly(
        _ hostname: String?, _ text: String, _ isWhole: Bool, _ host: String, _ path: String
    ) -> Bool {
        let host = host.split(separator: ":").first.map(String.init) ?? ""
        let isHost: Bool =
            if let hostname {
                hostname == host || (hostname.first == "*" && host.hasSuffix(hostname.dropFirst()))
            } else {
                true
            }
        return isHost && (isWhole ? path == "/" + text : path.contains(text))
    }
}

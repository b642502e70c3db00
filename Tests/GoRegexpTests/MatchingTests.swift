// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import GoRegexp
import Testing

@Suite("Matching of regular expressions")
struct MatchingTests {
    @Test(
        arguments: [
            ("", ["", "x"], []),
            ("/n8n", ["/n8n", "/a/n8n/b", "/n8nfoo"], ["/N8N", "n8n", ""]),
            ("^/github(/.*)?$", ["/github", "/github/", "/github/a/b"], ["/githubs", "/a/github", "/github/\n"]),
            ("^/a|/b$", ["/a", "/ab", "/x/b"], ["/b/x", "b"]),
            ("github/*", ["/xgithub", "github", "/github/a"], ["/git"]),
            ("a.c", ["abc", "a\u{E9}c", "a\u{1F600}c"], ["a\nc", "ac"]),
            ("(?s)a.c", ["a\nc"], ["ac"]),
            ("^a$", ["a"], ["a\n", "\na", "ba"]),
            ("(?m)^a$", ["a", "a\n", "x\na\ny"], ["ab", "xa"]),
            ("\\Aa\\z", ["a"], ["a\n"]),
            ("(?m)\\Aa\\z", ["a"], ["x\na"]),
            ("(?i)^/GitHub$", ["/github", "/GITHUB"], ["/gitlab"]),
            ("(?i)k", ["K", "k", "\u{212A}"], ["c"]),
            ("(?i)\u{E9}", ["\u{C9}"], ["e"]),
            ("(?i:a)b", ["Ab"], ["AB"]),
            ("(?i)a(?-i)b", ["Ab"], ["AB"]),
            ("((?i)a)b", ["Ab"], ["AB"]),
            ("(?i)[^k]", ["x"], ["k", "K", "\u{212A}"]),
            ("(?i)[i\u{131}]", ["I", "i", "\u{131}"], ["\u{130}"]),
            ("^[a-c]{2,3}$", ["ab", "abc"], ["a", "abca", "ad"]),
            ("^(ab){2,}$", ["abab", "ababab"], ["ab", "aba"]),
            ("^a{0}$", [""], ["a"]),
            ("^(a|b)*?c", ["c", "abac"], ["abd"]),
            ("^(a*)*$", ["", "aaa"], ["b"]),
            ("^(a*)+b", ["b", "aab"], ["aa"]),
            ("^(|a)+$", ["", "a"], ["b"]),
            ("\\bmcp\\b", ["mcp", "/mcp/", "x mcp"], ["mcps", "_mcp"]),
            ("\\Bmcp", ["xmcp"], ["mcp", "/mcp"]),
            ("^\\b", ["a"], ["", "/a"]),
            ("^\\d\\D\\w\\W\\s\\S$", ["1a_- x"], ["aa_- x"]),
            ("[[:alpha:]_][^[:digit:]]", ["_a", "ab"], ["a1", "1a"]),
            ("[\\d-]", ["-", "5"], ["a"]),
            ("^[]a]+$", ["]a"], ["b"]),
            ("^[^/]+$", ["ab\n"], ["", "a/"]),
            ("\\pL\\p{Nd}", ["\u{E9}1", "\u{3B1}\u{661}"], ["11"]),
            ("^\\PL$", ["1"], ["a"]),
            ("\\Qa.b\\E+", ["a.bb"], ["axb"]),
            ("\\x2f\\x{1F600}\\101", ["/\u{1F600}A"], ["/A"]),
            ("\\x{D800}", [], ["\u{FFFD}"]),
            ("(?U)a+?b", ["aab"], ["b"]),
            ("x{", ["x{"], ["x"]),
            ("x{,2}", ["x{,2}"], ["xx"]),
            ("e\u{301}", ["e\u{301}"], ["\u{E9}"]),
            ("^.$", ["e"], ["e\u{301}", "\r\n"]),
        ] as [(String, [String], [String])])
    func textsMatch(_ pattern: String, _ matching: [String], _ others: [String]) throws {
        let expression = try GoRegexp(pattern)
        for text in matching { #expect(expression.matches(text), "\(pattern) and '\(text)'") }
        for text in others { #expect(!expression.matches(text), "\(pattern) and '\(text)'") }
    }

    /// Go reads each byte that belongs to no character as U+FFFD.
    @Test(
        arguments: [
            ([0xFF], 1), ([0xC3], 1), ([0xC3, 0xA9], 1), ([0xE2, 0x82], 2), ([0xE2, 0x82, 0xAC], 1),
            ([0xF0, 0x9F, 0x98], 3), ([0xF0, 0x9F, 0x98, 0x80], 1), ([0xED, 0xA0, 0x80], 3), ([0xC0, 0x80], 2),
            ([0xF4, 0x90, 0x80, 0x80], 4), ([0x61, 0x80, 0x62], 3), ([], 0),
        ] as [([UInt8], Int)])
    func brokenTextIsReadAsGoReadsIt(_ bytes: [UInt8], _ count: Int) throws {
        #expect(try GoRegexp("(?s)^.{\(count)}$").matches(utf8: bytes))
    }

    @Test func timeIsProportionalToTheText() throws {
        let expression = try GoRegexp("^(a+)+(a|aa)*$")
        #expect(!expression.matches(String(repeating: "a", count: 20_000) + "b"))
    }

    @Test(
        arguments: [
            ("^/a", true, "/a"), ("\\A/a.b", true, "/a"), ("^/a|^/b", true, ""), ("^/a|/b", false, ""),
            ("(^/a)", true, "/a"), ("/a", false, "/a"), ("(?m)^/a", false, ""), ("(?:^a)+", true, ""),
            ("(?:^a)*", false, ""), ("(?i)^/a", true, "/"), ("^a*", true, ""), ("^[a]b+", true, "a"), ("", false, ""),
        ])
    func beginningsAreKnown(_ pattern: String, _ isAnchored: Bool, _ prefix: String) throws {
        let expression = try GoRegexp(pattern)
        #expect(expression.isAnchoredAtStart == isAnchored)
        #expect(expression.literalPrefix == prefix)
    }
}

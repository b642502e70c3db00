// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import GoRegexp
import Testing

@testable import StackModel

@Suite("Path expressions")
struct PathPatternTests {
    @Test(
        arguments: [
            ("github/*", true), ("/api/*", true), ("^/api/*$", true), ("/*", true), ("v1*", true), ("/a/*/b", true),
            ("github*", true), ("^/github(/.*)?$", false), ("^/a.*", false), ("^/[/*]x", false), ("^/\\/*", false),
            ("^/[a/]*$", false), ("^/a(b)*", false), ("^v1*", false), ("", false), ("/a", false), ("^/a\\*", false),
        ])
    func filePatternsAreRecognised(_ pattern: String, _ isGlob: Bool) {
        #expect(PathPattern.isGlobLike(pattern) == isGlob)
    }

    @Test(
        arguments: [
            ("github/*", "write ^/github(/.*)?$"), ("/github/**", "write ^/github(/.*)?$"),
            ("^/api/v1/*$", "write ^/api/v1(/.*)?$"), ("*", "leave 'path' out to take every path"),
            ("/**", "leave 'path' out to take every path"), ("/a/*/b", "write it like ^/github(/.*)?$"),
        ])
    func filePatternsGetTheExpressionThatWasMeant(_ pattern: String, _ advice: String) {
        let hint = PathPattern.hintForGlob(pattern)
        #expect(hint == "this is a regular expression, not a file pattern; \(advice)")
    }

    @Test(
        arguments: [
            ("/github/**", "not a file pattern"), ("*", "not a file pattern"), ("(?=x)", "no look-around"),
            ("(?<!x)y>", "no look-around"), ("(a)\\1", "no back-references"), ("\\i", "write it like"),
            ("[a", "write it like"), ("+", "write it like"),
        ])
    func mistakesGetAdvice(_ pattern: String, _ words: String) {
        let error = #expect(throws: GoRegexp.SyntaxError.self) { _ = try PathPattern(pattern) }
        #expect(error.map { PathPattern.hint(for: $0, in: pattern) }?.contains(words) == true)
    }

    @Test func scriptsAreLeftToCloudflared() throws {
        guard case .beyond("^/\\p{Greek}") = try PathPattern("^/\\p{Greek}") else {
            Issue.record("a script was judged")
            return
        }
        #expect(try PathPattern("^/\\p{Greek}").isAnchored)
        #expect(try !PathPattern("\\p{Greek}").isAnchored)
    }
}

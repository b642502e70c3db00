// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import GoRegexp
import Testing

/// What Go says about expressions that are none (`regexp.Compile` of Go 1.26 and 1.27).
@Suite("Syntax of regular expressions")
struct SyntaxTests {
    @Test(
        arguments: [
            ("[a-z", "missing closing ]: `[a-z`", 0),
            ("^/x[a-z", "missing closing ]: `[a-z`", 3),
            ("[]", "missing closing ]: `[]`", 0),
            ("[^]", "missing closing ]: `[^]`", 0),
            ("[]a", "missing closing ]: `[]a`", 0),
            ("[[:alpha:]", "missing closing ]: `[[:alpha:]`", 0),
            ("(?!x)", "invalid or unsupported Perl syntax: `(?!`", 0),
            ("a(?=x)", "invalid or unsupported Perl syntax: `(?=`", 1),
            ("(?<=x)", "invalid named capture: `(?<=x)`", 0),
            ("(?#x)", "invalid or unsupported Perl syntax: `(?#`", 0),
            ("(?i-)", "invalid or unsupported Perl syntax: `(?i-)`", 0),
            ("(?i--s)", "invalid or unsupported Perl syntax: `(?i--`", 0),
            ("(?i", "invalid or unsupported Perl syntax: `(?i`", 0),
            ("(?", "invalid or unsupported Perl syntax: `(?`", 0),
            ("(?P=n)", "invalid or unsupported Perl syntax: `(?P`", 0),
            ("(?P<n", "invalid named capture: `(?P<n`", 0),
            ("(?P<>x)", "invalid named capture: `(?P<>`", 0),
            ("(?P<a b>x)", "invalid named capture: `(?P<a b>`", 0),
            ("*", "missing argument to repetition operator: `*`", 0),
            ("a|*", "missing argument to repetition operator: `*`", 2),
            ("(+", "missing argument to repetition operator: `+`", 1),
            ("(?i)?", "missing argument to repetition operator: `?`", 4),
            ("{2}", "missing argument to repetition operator: `{2}`", 0),
            ("*?", "missing argument to repetition operator: `*?`", 0),
            ("a**", "invalid nested repetition operator: `**`", 1),
            ("a*?+", "invalid nested repetition operator: `*?+`", 1),
            ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`", 1),
            ("/github/**", "invalid nested repetition operator: `**`", 8),
            ("a{1001}", "invalid repeat count: `{1001}`", 1),
            ("a{2,1}", "invalid repeat count: `{2,1}`", 1),
            ("a{99999999999999999999}", "invalid repeat count: `{99999999999999999999}`", 1),
            ("(a{100}){11}", "invalid repeat count: `{11}`", 8),
            ("((a{10,}){10}){11}", "invalid repeat count: `{11}`", 14),
            ("(a", "missing closing ): `(a`", 0),
            ("^/a(b(c)", "missing closing ): `^/a(b(c)`", 3),
            ("a)", "unexpected ): `a)`", 1),
            ("a\\", "trailing backslash at end of expression: ``", 1),
            ("(a)\\1", "invalid escape sequence: `\\1`", 3),
            ("\\8", "invalid escape sequence: `\\8`", 0),
            ("\\i", "invalid escape sequence: `\\i`", 0),
            ("\\C", "invalid escape sequence: `\\C`", 0),
            ("\\Z", "invalid escape sequence: `\\Z`", 0),
            ("\\x", "invalid escape sequence: `\\x`", 0),
            ("\\x1", "invalid escape sequence: `\\x1`", 0),
            ("\\x{110000}", "invalid escape sequence: `\\x{110000`", 0),
            ("\\x{}", "invalid escape sequence: `\\x{}`", 0),
            ("\\é", "invalid escape sequence: `\\é`", 0),
            ("[\\b]", "invalid escape sequence: `\\b`", 1),
            ("[a-\\d]", "invalid escape sequence: `\\d`", 3),
            ("[z-a]", "invalid character class range: `z-a`", 1),
            ("[[:foo:]]", "invalid character class range: `[:foo:]`", 1),
            ("\\p", "invalid character class range: `\\p`", 0),
            ("\\p{", "invalid character class range: `\\p{`", 0),
            ("\\p{N", "invalid character class range: `\\p{N`", 0),
            ("\\pX", "invalid character class range: `\\pX`", 0),
            ("\\p{}", "invalid character class range: `\\p{}`", 0),
            ("\\p{a+b}", "invalid character class range: `\\p{a+b}`", 0),
        ])
    func errorsAreGos(_ pattern: String, _ message: String, _ offset: Int) {
        let error = #expect(throws: GoRegexp.SyntaxError.self) { _ = try GoRegexp(pattern) }
        #expect(error?.description == message)
        #expect(error?.offset == offset)
        #expect(error?.isUnsupportedHere == false)
    }

    @Test(arguments: ["\\p{Greek}", "[^\\P{Han}]", "\\p{Old_Italic}", "\\p{^Latin}"])
    func scriptsAreLeftToOthers(_ pattern: String) {
        let error = #expect(throws: GoRegexp.SyntaxError.self) { _ = try GoRegexp(pattern) }
        #expect(error?.isUnsupportedHere == true)
    }

    @Test(
        arguments: [
            "", "|", "()", "(|)", "a{,2}", "a{", "a{1", "a{1,", "a{01}", "{", "{a}", "}", "]", "a]", "[a-]", "[-a]",
            "[]a]", "[^]a]", "[a-b-c]", "[[:alpha:]-z]", "[[:x]", "[[a:]]", "\\_", "\\-", "\\Qa*", "\\Q\\E", "\\Q",
            "(?P<n>a)(?P<n>b)", "(?<n>a)", "(?i)(?s)(?m)(?U)", "(?ims-U:a)", "(?-i)", "(?:a)(?i:b)", "a(?i)*", "^*",
            "$+",
            "\\b{3}", "(?:)*", "((a{10}){10}){10}", "(a{1000}){1}", "(a{0}){1000}", "((a{1000}){0}){1000}", "\\07\\123",
            "\\x41\\x{1F600}\\x{0}", "\\pL\\p{lu}\\p{Letter}\\p{^Nd}\\P{any}\\p{ASCII}\\p{Math Symbol}",
            "\\a\\f\\t\\n\\r\\v",
            "\\A\\z\\b\\B", "a*?b+?c??d{2}?e{2,}?f{2,3}?",
        ])
    func expressionsAreRead(_ pattern: String) throws {
        #expect(try GoRegexp(pattern).pattern == pattern)
    }

    @Test func nestingIsLimited() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
        }
        #expect(try GoRegexp(nested(990)).matches("a"))
        let deep = #expect(throws: GoRegexp.SyntaxError.self) { _ = try GoRegexp(nested(5000)) }
        #expect(deep?.reason == .tooDeep)
        let open = #expect(throws: GoRegexp.SyntaxError.self) {
            _ = try GoRegexp(String(repeating: "(", count: 100_000))
        }
        #expect(open?.reason == .missingParenthesis)
    }

    @Test func sizeIsLimited() {
        let text = "(?:" + String(repeating: "ab", count: 2000) + "){1000}"
        let error = #expect(throws: GoRegexp.SyntaxError.self) { _ = try GoRegexp(text) }
        #expect(error?.reason == .tooLarge)
    }

    /// Whatever the text is, reading it ends, and what it compiles to can be run.
    @Test func anyTextIsSurvived() {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "a", "b", "/", ".", "*", "+", "?", "|", "(", ")", "(?", "(?:", "(?i", "(?P<", ">", "[", "]", "[^", "-",
            "{", "}", "{2", ",3}", "\\", "\\d", "\\Q", "\\E", "\\p", "\\x", "^", "$", ":", "[:", "alpha", ":]", "é",
            "\u{0}",
        ]
        for _ in 0..<5000 {
            let pattern = (0..<Int.random(in: 0...14, using: &random))
                .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            do throws(GoRegexp.SyntaxError) {
                _ = try GoRegexp(pattern).matches("a/b")
            } catch {
                #expect(error.offset <= pattern.unicodeScalars.count)
                #expect(pattern.contains(error.fragment), "\(pattern)")
            }
        }
    }
}

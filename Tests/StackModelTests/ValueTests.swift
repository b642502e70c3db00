// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Testing

@testable import LocatedYAML
@testable import StackModel

@Suite("Values of stack files")
struct ValueTests {
    /// RFC 3492, section 7.1, and names of real domains.
    @Test(arguments: [
        ("bücher.example", "xn--bcher-kva.example"), ("MÜNCHEN-Ost.de", "xn--mnchen-ost-9db.de"),
        ("ελληνικά.example", "xn--hxargifdar.example"), ("日本語.jp", "xn--wgv71a119e.jp"),
        ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"), ("plain.example", "plain.example"),
        ("安室奈美恵-with-super-monkeys", "xn---with-super-monkeys-pc58ag80a8qai00g7n9n"),
    ])
    func namesOfOtherScriptsHaveAnASCIISpelling(_ name: String, _ ascii: String) {
        #expect(Punycode.ascii(ofHostname: name) == ascii)
    }

    @Test(
        arguments: [
            ("30s", .seconds(30)), ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("2h", .seconds(7200)),
            ("1d", .seconds(86400)), ("0s", .zero), ("30", nil), ("s", nil), ("", nil), ("1x", nil), ("-1s", nil),
            ("1.5s", nil), ("99999999999s", nil), ("1s2", nil),
        ] as [(String, Duration?)])
    func durations(_ text: String, _ value: Duration?) {
        #expect(Node.duration(text) == value)
    }

    @Test(
        arguments: [
            ("512M", 512 << 20), ("1G", 1 << 30), ("64K", 64 << 10), ("2T", 2 << 40), ("512", nil), ("M", nil),
            ("-1M", nil), ("0M", nil), ("1.5G", nil), ("99999999T", nil),
        ] as [(String, Int?)])
    func sizes(_ text: String, _ value: Int?) {
        #expect(Node.size(text) == value)
    }

    @Test(
        arguments: [
            ("example.com", nil), ("*.example.com", nil), ("a-b.c", nil), ("localhost", nil),
            ("a.example.com.", .trailingDot),
            ("A.example.com", .upperCase), ("https://a", .scheme), ("a:80", .port), ("a*.b", .wildcard),
            ("*foo.b", .wildcard), ("*.*.b", .wildcard), ("a..b", .length), ("", .length), ("-a.b", .character),
            ("a b", .character), ("a_b.c", .character), ("müller.de", .international(ascii: "xn--mller-kva.de")),
            (String(repeating: "a", count: 64) + ".b", .length),
        ] as [(String, Hostname.Problem?)])
    func hostnames(_ text: String, _ problem: Hostname.Problem?) {
        #expect(Hostname.problem(with: text) == problem)
    }

    /// Wildcards stand for names at any depth and not for the name itself (cloudflared, `ingress/rule.go`).
    @Test(
        arguments: [
            ("*.a.b", "x.a.b", true), ("*.a.b", "x.y.a.b", true), ("*.a.b", "a.b", false), ("*.a.b", "*.x.a.b", true),
            (nil, "a.b", true), ("a.b", nil, false), ("a.b", "a.b", true), (nil, nil, true), ("*.a.b", "xa.b", false),
        ] as [(String?, String?, Bool)])
    func coverage(_ wide: String?, _ narrow: String?, _ covers: Bool) {
        #expect(Hostname.covers(wide, narrow) == covers)
    }

    @Test(
        arguments: [
            ("http://localhost:5678", nil), ("https://n8n.example.com", nil), ("https://[::1]:5678", nil),
            ("localhost:5678", .scheme), ("htp://x", .scheme), ("http://", .host), ("http://x:0", .port),
            ("http://x:99999", .port), ("http://x:", .port), ("http://x/mcp", .path), ("http://x/", .path),
            ("http://x?a", .path), ("http://u:p@x", .credentials), ("http://a b", .host), ("http://[zz]", .host),
        ] as [(String, OriginURL.Problem?)])
    func originURLs(_ text: String, _ problem: OriginURL.Problem?) {
        do throws(OriginURL.Problem) {
            let url = try OriginURL(parsing: text)
            #expect(problem == nil)
            #expect(url.text == text)
        } catch {
            #expect(error == problem)
        }
    }

    @Test(
        arguments: [
            ("10.0.0.1", true), ("10.0.0.0/8", true), ("::1", true), ("fd00::/8", true), ("10.0.0.0/33", false),
            ("localhost", false), ("10.0.0", false), ("1.2.3.4/", false), ("1.2.3.4/8/9", false), ("", false),
        ])
    func networks(_ text: String, _ isNetwork: Bool) {
        #expect(IPAddress.isNetwork(text) == isNetwork)
    }
}

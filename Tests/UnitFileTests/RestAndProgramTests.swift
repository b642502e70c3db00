// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Testing
import UnitFile

@Suite("Unit values that systemd does not split into words")
struct RestAndProgramTests {
    @Test(arguments: [
        ("/a b", "/a b"), ("/say \"hi\"", "/say \"hi\""), ("/it's", "/it's"), ("/100%", "/100%%"), ("/$HOME", "/$HOME"),
        ("/a\\b", "/a\\b"), ("/a\tb", "/a\tb"), ("/\u{A0}", "/\u{A0}"), ("", ""),
    ])
    func restsAreTakenAsTheyAre(_ text: String, _ written: String) throws {
        #expect(try UnitValue.rest(text) == written)
    }

    @Test(arguments: ["/a ", " /a", "/a\t", "/a\\", "/a\nExecStart=/bin/evil"])
    func restsThatALineWouldLoseAreRefused(_ text: String) {
        #expect(throws: UnitValue.Unwritable.self) { try UnitValue.rest(text) }
    }

    /// systemd then reads nothing of the unit (`utf8_is_valid()`, `unichar_is_valid()`).
    @Test(arguments: [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1_FFFF, 0x10_FFFE] as [UInt32])
    func noncharactersAreRefused(_ number: UInt32) throws {
        let text = "a\(try #require(Unicode.Scalar(number)))"
        #expect(!UnitValue.isWritable(text))
        #expect(throws: UnitValue.Unwritable.self) { try UnitValue.word(text, expansion: .specifiers) }
        #expect(throws: UnitValue.Unwritable.self) { try UnitValue.rest(text) }
    }

    @Test(arguments: ["\u{85}", "\u{2028}", "\u{FEFF}", "\u{9B}", "e\u{301}", "\u{FFFD}", "\u{E000}", "\t"])
    func unusualCharactersAreNot(_ text: String) {
        #expect(UnitValue.isWritable(text))
    }

    @Test(arguments: [
        ("/usr/bin/x", true), ("npx", true), ("/a b", true), ("/100%", true), ("/@x", true), ("a+b", true),
        ("/it's", false), ("/say\"hi\"", false), ("/a\\b", false), ("/$HOME", false), ("/a/", false), ("/", false),
        ("/a ", false), ("", false), (".", false), ("..", false), ("+x", false), ("-x", false), ("@x", false),
        (":x", false),
        ("!x", false), ("!!x", false), ("|x", false), ("/a\tb", false), ("/a\nb", false), ("/'\u{301}", false),
        ("+\u{301}x", false),
    ])
    func programs(_ text: String, _ isProgram: Bool) {
        #expect(UnitValue.isProgram(text) == isProgram)
    }
}

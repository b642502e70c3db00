// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import Testing

/// Text in header fields (2026-07-28, Streamable HTTP, "Value Encoding").
@Suite struct HeaderTextTests {
    @Test(arguments: [
        "echo", "with space", " edge", "", "grüß", "\u{1F600}", "=?base64?eA==?=", "line\nbreak", "a", "ab", "abc",
        "\u{7F}",
    ])
    func survives(_ text: String) {
        let field = HeaderText.encoded(text)
        #expect(field.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(HeaderText.decoded(field) == text)
    }

    @Test func plainTextStaysReadable() {
        #expect(HeaderText.encoded("tools/call") == "tools/call")
    }
}

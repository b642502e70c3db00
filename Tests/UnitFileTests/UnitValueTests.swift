// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Testing
import UnitFile

@Suite("Unit values")
struct UnitValueTests {
    @Test(
        arguments: [
            ("plain", "plain"), ("a b", "\"a b\""), ("", "\"\""), ("100%", "100%%"), ("$HOME", "$$HOME"),
            ("say \"hi\"", "\"say \\\"hi\\\"\""), ("back\\slash", "\"back\\\\slash\""), (";", "\";\""),
            ("tab\there", "\"tab\\there\""), ("it's", "\"it's\""), ("naïve", "\"naïve\""), ("#x", "\"#x\""),
        ])
    func wordsOfCommandLines(_ text: String, _ written: String) throws {
        #expect(try UnitValue.word(text, expansion: .specifiersAndVariables) == written)
    }

    @Test func dollarsAreOnlyDoubledInCommandLines() throws {
        #expect(try UnitValue.assignment("A", "$x 5%") == "\"A=$x 5%%\"")
    }

    @Test(arguments: ["\n", "\r", "\0", "\u{1B}", "\u{7F}", "a\nExecStart=/bin/evil"])
    func controlCharactersAreRefused(_ text: String) {
        #expect(throws: UnitValue.Unwritable.self) { try UnitValue.word(text, expansion: .specifiers) }
        #expect(!UnitValue.isWritable(text))
    }

    /// What is written comes back through systemd's rules of splitting, unescaping and expanding, whatever it was.
    @Test func splittingUndoesEscaping() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("ab %$\"'\\;#=\t{}é☃:|&@-+!".unicodeScalars)
        for _ in 0..<5000 {
            let words = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                String(
                    String.UnicodeScalarView(
                        (0..<Int.random(in: 0...8, using: &random)).map { _ in
                            alphabet.randomElement(using: &random) ?? "a"
                        }))
            }
            let line = try UnitValue.commandLine(words)
            #expect(!line.contains("\n"))
            #expect(SystemdWords.split(line) == words, "\(line)")
        }
    }
}

/// The reading side, after `extract_first_word()` with `EXTRACT_UNQUOTE | EXTRACT_CUNESCAPE`, specifier and variable
/// expansion of systemd; written apart from the code under test.
private enum SystemdWords {
    static func split(_ line: String) -> [String] {
        var words: [String] = []
        var current: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                current = (current ?? "") + (character == "t" ? "\t" : String(character))
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
                current = current ?? ""
            } else if let open = quote {
                if character == open { quote = nil } else { current = (current ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                current = current ?? ""
            } else if character == " " || character == "\t" {
                if let word = current { words.append(word) }
                current = nil
            } else {
                current = (current ?? "") + String(character)
            }
        }
        if let word = current { words.append(word) }
        return words.map { expand($0) }
    }

    private static func expand(_ word: String) -> String {
        var result = ""
        var rest = word[...]
        while let character = rest.popFirst() {
            if character == "%" || character == "$" {
                // Anything but a doubled sign would have been expanded to something else.
                guard rest.first == character else { return "\(word): a lone \(character)" }
                rest.removeFirst()
            }
            result.append(character)
        }
        return result
    }
}

@Suite("Unit files")
struct UnitFileTests {
    @Test func areWrittenInOrderAndLeaveEmptySectionsOut() {
        let file = UnitFile(
            header: ["one", "two"],
            sections: [
                .init("Unit", [.init("Description", "x")]), .init("Empty", []),
                .init("Service", [.init("B", ""), .init("A", "1"), .init("B", "2")]),
            ])
        #expect(file.text == "# one\n# two\n\n[Unit]\nDescription=x\n\n[Service]\nB=\nA=1\nB=2\n")
        #expect(file.values(of: "B", in: "Service") == ["", "2"])
    }
}

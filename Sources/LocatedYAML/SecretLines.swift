// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Blanks what may be secret in the lines of a YAML text, so that they can be shown.
///
/// It works on the text alone, because it must hold for files that do not parse.
public enum SecretLines {
    /// The lines with every value replaced by `…` that stands under one of the given keys, or under a key whose
    /// name speaks of a secret (`token`, `password`, `api-key` …), and every user information in a URL.
    public static func redact(_ lines: [String], under keys: Set<String>) -> [String] {
        var secretIndent: Int?
        return lines.map { line in
            let indent = line.prefix { $0 == " " }.count
            let isBlank = line.allSatisfy(\.isWhitespace)
            // A sequence may stand in its key's own column.
            let isItem = indent == secretIndent && line.dropFirst(indent).hasPrefix("-")
            if let limit = secretIndent, isBlank || indent > limit || isItem {
                return isBlank ? line : blankValue(line)
            }
            secretIndent = nil
            guard let key = key(of: line), isSecret(key.name, keys) else {
                return withoutTokens(withoutUserInformation(withoutInlineSecrets(line, keys)))
            }
            secretIndent = key.column
            return blankValue(line)
        }
    }

    private static func isSecret(_ key: String, _ keys: Set<String>) -> Bool {
        keys.contains(key) || isSecretName(key)
    }

    /// Whether a name speaks of a secret: `GITHUB_TOKEN`, `db-password`, `apiKey`.
    public static func isSecretName(_ text: String) -> Bool {
        // By byte, since this is asked of every key: the words are ASCII, and so is what spells one.
        var letters: [UInt8] = []
        for byte in text.utf8 where byte >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) {
            letters.append(byte < 0x80 ? byte | 0x20 : byte)
        }
        return secretWords.contains { word in
            letters.count >= word.count
                && (0...(letters.count - word.count)).contains { letters[$0...].starts(with: word) }
        }
    }

    private static let secretWords = [
        "token", "secret", "password", "passwd", "apikey", "privatekey", "credentialscontents",
    ].map { Array($0.utf8) }

    /// The key a line starts with, behind any list dash, and the column it stands in.
    private static func key(of line: String) -> (name: String, column: Int)? {
        let start = line.drop { $0 == " " || $0 == "-" || $0 == "\t" }
        guard let colon = start.firstIndex(of: ":") else { return nil }
        let name = start[..<colon].filter { $0 != "\"" && $0 != "'" }
        guard !name.contains(where: \.isWhitespace) else { return nil }
        return (name, line.distance(from: line.startIndex, to: start.startIndex))
    }

    private static func blankValue(_ line: String) -> String {
        guard let colon = line.firstIndex(of: ":") else {
            return line.prefix { $0 == " " || $0 == "-" } + "…"
        }
        return line[line.index(after: colon)...].allSatisfy(\.isWhitespace) ? line : line[...colon] + " …"
    }

    /// Cuts a line at a flow mapping's secret key, as in `{ environment: { TOKEN: x } }`.
    private static func withoutInlineSecrets(_ line: String, _ keys: Set<String>) -> String {
        var rest = line[...]
        while let colon = rest.firstIndex(of: ":") {
            let name = rest[..<colon].reversed().prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            let after = line.index(after: colon)
            if isSecret(String(name.reversed()), keys), !line[after...].allSatisfy(\.isWhitespace) {
                return line[..<after] + " …"
            }
            rest = line[after...]
        }
        return line
    }

    /// Blanks words that look like tokens wherever they stand.
    private static func withoutTokens(_ line: String) -> String {
        guard hasLongWord(line) else { return line }
        var result = ""
        var word = ""
        func flush() {
            result += isToken(word) ? "…" : word
            word = ""
        }
        for character in line {
            if character.isASCII, character.isLetter || character.isNumber || "_-+/".contains(character) {
                word.append(character)
            } else {
                flush()
                result.append(character)
            }
        }
        flush()
        return result
    }

    /// Whether a line has a word that is long enough for a token, which few have.
    private static func hasLongWord(_ line: String) -> Bool {
        var length = 0
        for byte in line.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "/"):
                length += 1
                if length >= shortestToken { return true }
            default: length = 0
            }
        }
        return false
    }

    private static let shortestToken = 20

    /// Whether a word looks like a token: base64 of JSON, or one that begins as those of well-known services do.
    public static func isToken(_ word: String) -> Bool {
        let starts = [
            "eyJ", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "sk-", "sk_live_", "xoxb-", "xoxp-", "AKIA",
            "npm_", "hf_", "dop_v1_", "shpat_", "pat-", "ntn_", "secret_", "lin_api_", "figd_", "tvly-",
        ]
        return word.utf8.count >= shortestToken && starts.contains { word.hasPrefix($0) }
    }

    /// Blanks the `user:password@` of a URL.
    private static func withoutUserInformation(_ line: String) -> String {
        var scheme = line[...]
        while let slashes = scheme.firstIndex(of: "/") {
            let authority = line[slashes...].drop { $0 == "/" }.prefix { !"/ \"'?#".contains($0) }
            if let at = authority.lastIndex(of: "@") {
                return line[..<authority.startIndex] + "…" + line[at...]
            }
            scheme = line[authority.endIndex...].dropFirst()
        }
        return line
    }
}

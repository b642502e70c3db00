// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
internal import LocatedYAML

/// Tells secrets by their names and by their looks.
///
/// It errs on the side of secrecy: what is taken for a secret by mistake still works as one.
enum SecretSigns {
    // MARK: Names

    /// Whether a name speaks of a secret: that of a variable, an option or a header.
    static func isSecretName(_ name: String) -> Bool {
        if SecretLines.isSecretName(name) { return true }
        let words = words(of: name)
        guard let last = words.last else { return false }
        // PWD alone is the working directory.
        if last == "pwd" { return words.count > 1 }
        return lastWords.contains(last) || name.lowercased().contains("connectionstring")
            || words.suffix(2) == ["connection", "string"]
    }

    /// Whether a named value is to be hidden; a count of tokens and the path of a file are not secret.
    static func isSecret(_ value: String, named name: String) -> Bool {
        if isSecretText(value) { return true }
        guard isSecretName(name), !value.isEmpty else { return false }
        if ["true", "false"].contains(value.lowercased()) { return false }
        let words = words(of: name)
        let mayBePath = !SecretLines.isSecretName(name) || ["file", "path", "dir"].contains(words.last)
        if value.first == "/", mayBePath { return false }
        return !(words.contains { ["tokens", "tokenizer"].contains($0) } && Int(value) != nil)
    }

    /// Whether a value stands for a secret that somebody has to put there: `<YOUR_API_KEY>`, `your-token-here`.
    static func isPlaceholder(_ value: String) -> Bool {
        let text = value.lowercased()
        if text.isEmpty || (text.hasPrefix("<") && text.hasSuffix(">")) || text.allSatisfy({ "x*.…".contains($0) }) {
            return true
        }
        let words = words(of: text)
        return words.contains { ["your", "placeholder", "changeme", "todo", "replace", "insert"].contains($0) }
            || text.contains("change-me") || text.contains("xxxx")
    }

    private static let lastWords: Set<String> = [
        "key", "pat", "pass", "auth", "authorization", "cookie", "cookies", "dsn", "credential", "credentials", "jwt",
        "bearer", "sig", "signature", "passphrase",
    ]

    /// The words of a name in lower case, whichever way they are joined: `apiKey`, `API_KEY`, `api-key`.
    static func words(of name: String) -> [String] {
        var words = [""]
        var wasLower = false
        for character in name {
            if !character.isLetter, !character.isNumber {
                words.append("")
                wasLower = false
                continue
            }
            if character.isUppercase, wasLower { words.append("") }
            wasLower = character.isLowercase
            words[words.count - 1] += character.lowercased()
        }
        return words.filter { !$0.isEmpty }
    }

    // MARK: Looks

    /// Whether a text is, or contains, something that looks like a secret.
    static func isSecretText(_ text: String) -> Bool {
        if text.contains("-----BEGIN ") || hasSecretURL(text) || hasAssignment(text) { return true }
        if isToken(text[...]) { return true }
        return text.split { " \t\r\n=:,;\"'`&?/\\@|()<>{}[]".contains($0) }.contains(where: isToken)
    }

    /// The starts of tokens that their issuers made recognisable, with the least number of characters behind them.
    private static let issuers: [(prefix: String, rest: Int)] = [
        ("ghp_", 10), ("gho_", 10), ("ghu_", 10), ("ghs_", 10), ("ghr_", 10), ("github_pat_", 10), ("glpat-", 10),
        ("sk-", 12), ("sk_live_", 8), ("sk_test_", 8), ("rk_live_", 8), ("whsec_", 8), ("xoxb-", 8), ("xoxp-", 8),
        ("xoxa-", 8), ("xoxs-", 8), ("xoxr-", 8), ("xapp-", 8), ("AKIA", 12), ("ASIA", 12), ("AIza", 20), ("npm_", 20),
        ("pypi-", 16), ("hf_", 16), ("ya29.", 10), ("SG.", 16), ("dop_v1_", 10), ("ntn_", 16), ("secret_", 16),
        ("lin_api_", 10), ("figd_", 10), ("tvly-", 10), ("pplx-", 10), ("gsk_", 16), ("r8_", 16), ("shpat_", 10),
        ("fc-", 24), ("apify_api_", 10), ("sbp_", 16), ("vercel_", 16), ("eyJ", 16), ("ATATT", 12), ("ctx7sk-", 10),
    ]

    private static func isToken(_ text: Substring) -> Bool {
        for (prefix, rest) in issuers where text.hasPrefix(prefix) {
            let tail = text.dropFirst(prefix.count)
            if tail.count >= rest, !tail.contains(where: { " /\\".contains($0) }) { return true }
        }
        return isRandom(text)
    }

    /// Long hexadecimal digits, or a long mixture of letters and digits that no word or path is.
    private static func isRandom(_ text: Substring) -> Bool {
        let scalars = text.unicodeScalars
        guard scalars.count >= 24, scalars.allSatisfy({ $0.isASCII }) else { return false }
        if scalars.count >= 32, scalars.allSatisfy({ $0.properties.isASCIIHexDigit }) { return true }
        let isBase64 = scalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "+/_-=".unicodeScalars.contains(scalar)
        }
        guard isBase64, text.first != "/", text.contains(where: \.isUppercase), text.contains(where: \.isLowercase),
            text.count(where: \.isNumber) >= 2
        else { return false }
        return entropy(text) >= 3.9
    }

    /// Shannon's, in bits a character.
    static func entropy(_ text: Substring) -> Double {
        var counts: [Character: Int] = [:]
        for character in text { counts[character, default: 0] += 1 }
        let total = Double(text.count)
        return counts.values.reduce(0) { sum, count in
            let share = Double(count) / total
            return sum - share * log2(share)
        }
    }

    /// A URL with a password, a token for a user, or a query that names a secret.
    private static func hasSecretURL(_ text: String) -> Bool {
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            let authority = rest.prefix { !"/?# \"'".contains($0) }
            if let at = authority.lastIndex(of: "@") {
                let user = authority[..<at]
                if user.contains(":") || isToken(user) { return true }
            }
            let query = rest.drop { $0 != "?" && $0 != " " }.dropFirst().prefix { $0 != " " }
            for item in query.split(separator: "&") {
                let pair = item.split(separator: "=", maxSplits: 1)
                if pair.count == 2, isSecretName(String(pair[0])), !pair[1].hasPrefix("${") { return true }
            }
        }
        return false
    }

    /// `"apiKey": "x"`, as in a piece of JSON.
    private static func hasMember(_ text: String) -> Bool {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.indices.contains { index in
            guard index + 2 < parts.count, parts[index + 1].allSatisfy({ " :\t".contains($0) }),
                parts[index + 1].contains(":"), !parts[index + 2].isEmpty, !parts[index + 2].hasPrefix("${")
            else { return false }
            return isSecretName(String(parts[index]))
        }
    }

    /// `Password=x;`, `password=x host=y`, `TOKEN=x command`, `Authorization: Bearer x`.
    private static func hasAssignment(_ text: String) -> Bool {
        for part in text.split(whereSeparator: { " ;?&\t\r\n".contains($0) }) {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, !pair[0].hasPrefix("-"), !pair[0].contains("/") else {
                continue
            }
            let value = pair[1].drop { "\"'".contains($0) }
            if isSecretName(String(pair[0])), !value.isEmpty, value.first != "$", value.first != "/" { return true }
        }
        if hasMember(text) { return true }
        let words = text.split { " \t\"'".contains($0) }
        for (index, word) in words.enumerated().dropLast()
        where ["bearer", "basic"].contains(word.lowercased()) || word.lowercased().hasSuffix(":bearer") {
            if !words[index + 1].hasPrefix("$"), words[index + 1].count >= 6 { return true }
        }
        return false
    }
}

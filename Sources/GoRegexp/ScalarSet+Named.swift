// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension ScalarSet {
    /// `\d`, `\s`, `\w` and their opposites, by the letter (`regexp/syntax/perl_groups.go`).
    static func perl(_ letter: UInt32) -> (set: ScalarSet, isInverted: Bool)? {
        switch Unicode.Scalar(letter) {
        case "d": (ScalarSet([0x30...0x39]), false)
        case "D": (ScalarSet([0x30...0x39]), true)
        case "s": (ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20]), false)
        case "S": (ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20]), true)
        case "w": (word, false)
        case "W": (word, true)
        default: nil
        }
    }

    /// The ASCII classes of POSIX, by name: `alpha` for `[:alpha:]`.
    static let posix: [String: ScalarSet] = [
        "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A]),
        "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A]),
        "ascii": ScalarSet([0x00...0x7F]),
        "blank": ScalarSet([0x09...0x09, 0x20...0x20]),
        "cntrl": ScalarSet([0x00...0x1F, 0x7F...0x7F]),
        "digit": ScalarSet([0x30...0x39]),
        "graph": ScalarSet([0x21...0x7E]),
        "lower": ScalarSet([0x61...0x7A]),
        "print": ScalarSet([0x20...0x7E]),
        "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
        "space": ScalarSet([0x09...0x0D, 0x20...0x20]),
        "upper": ScalarSet([0x41...0x5A]),
        "word": word,
        "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66]),
    ]

    /// The set behind `\p{NAME}`: a general category, or one of Go's three words; nil for anything else.
    ///
    /// Case, spaces, hyphens and underscores of the name do not matter (`regexp/syntax`, `canonicalName`).
    static func named(_ name: String) -> ScalarSet? {
        let name = String(String.UnicodeScalarView(name.unicodeScalars.filter { !"_- ".unicodeScalars.contains($0) }))
            .lowercased()
        let short = categoryAliases[name] ?? name
        switch short {
        case "any": return all
        case "assigned": return union(["cn"]).inverted
        case "ascii": return ScalarSet([0x00...0x7F])
        case "lc": return union(["ll", "lt", "lu"])
        default: break
        }
        let members = byCategory.keys.filter { $0 == short || (short.utf8.count == 1 && $0.hasPrefix(short)) }
        return members.isEmpty ? nil : union(members)
    }

    private static func union(_ categories: [String]) -> ScalarSet {
        ScalarSet(categories.flatMap { byCategory[$0]?.ranges ?? [] })
    }

    /// All scalars by the short name of their category, in lower case: one pass, made when it is first needed.
    private static let byCategory: [String: ScalarSet] = {
        var ranges: [Unicode.GeneralCategory: [Range]] = [:]
        var (start, current) = (UInt32(0), Unicode.GeneralCategory.control)
        for value in 1...(maximum + 1) {
            // Swift has no scalars for surrogates; behind the last scalar any other category will do.
            let scalar = Unicode.Scalar(value)
            let next = value > maximum ? .control : scalar?.properties.generalCategory ?? .surrogate
            guard next != current else { continue }
            ranges[current, default: []].append(start...(value - 1))
            (start, current) = (value, next)
        }
        var result: [String: ScalarSet] = [:]
        for (category, ranges) in ranges { result[shortName(category)] = ScalarSet(ranges) }
        return result
    }()

    private static func shortName(_ category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "lu"
        case .lowercaseLetter: "ll"
        case .titlecaseLetter: "lt"
        case .modifierLetter: "lm"
        case .otherLetter: "lo"
        case .nonspacingMark: "mn"
        case .spacingMark: "mc"
        case .enclosingMark: "me"
        case .decimalNumber: "nd"
        case .letterNumber: "nl"
        case .otherNumber: "no"
        case .connectorPunctuation: "pc"
        case .dashPunctuation: "pd"
        case .openPunctuation: "ps"
        case .closePunctuation: "pe"
        case .initialPunctuation: "pi"
        case .finalPunctuation: "pf"
        case .otherPunctuation: "po"
        case .mathSymbol: "sm"
        case .currencySymbol: "sc"
        case .modifierSymbol: "sk"
        case .otherSymbol: "so"
        case .spaceSeparator: "zs"
        case .lineSeparator: "zl"
        case .paragraphSeparator: "zp"
        case .control: "cc"
        case .format: "cf"
        case .surrogate: "cs"
        case .privateUse: "co"
        case .unassigned: "cn"
        @unknown default: "cn"
        }
    }

    /// The long names of the categories (PropertyValueAliases.txt), as `canonicalName` leaves them.
    private static let categoryAliases: [String: String] = [
        "letter": "l", "casedletter": "lc", "lowercaseletter": "ll", "modifierletter": "lm", "otherletter": "lo",
        "titlecaseletter": "lt", "uppercaseletter": "lu", "mark": "m", "combiningmark": "m", "spacingmark": "mc",
        "enclosingmark": "me", "nonspacingmark": "mn", "number": "n", "decimalnumber": "nd", "digit": "nd",
        "letternumber": "nl", "othernumber": "no", "punctuation": "p", "punct": "p", "connectorpunctuation": "pc",
        "dashpunctuation": "pd", "closepunctuation": "pe", "finalpunctuation": "pf", "initialpunctuation": "pi",
        "otherpunctuation": "po", "openpunctuation": "ps", "symbol": "s", "currencysymbol": "sc",
        "modifiersymbol": "sk", "mathsymbol": "sm", "othersymbol": "so", "separator": "z", "lineseparator": "zl",
        "paragraphseparator": "zp", "spaceseparator": "zs", "other": "c", "control": "cc", "cntrl": "cc",
        "format": "cf", "unassigned": "cn", "privateuse": "co", "surrogate": "cs",
    ]
}

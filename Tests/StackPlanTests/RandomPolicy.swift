// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Who asks: a person who logged in, or a program with a service token.
struct Visitor {
    /// The address of a person; nil for a program.
    var email: String?
    /// How a person logged in.
    var provider: String?
    var organizations: Set<String> = []
    var hasMFA = false
    /// The token of a program.
    var token: String?
    var country: String
    var address: String
    var groups: Set<String> = []
    var devices: Set<String> = []

    var domain: String { email.map { String($0.split(separator: "@")[1]) } ?? "" }

    static func random(_ random: inout SeededGenerator) -> Visitor {
        var visitor = Visitor(
            country: Universe.pick(Universe.countries + ["T1"], &random),
            address: Universe.pick(["203.0.113.7", "203.0.113.9", "198.51.100.1"], &random),
            groups: Universe.some(Universe.groups, &random), devices: Universe.some(Universe.devices, &random))
        if Int.random(in: 0..<4, using: &random) == 0 {
            visitor.token = Universe.pick(Universe.tokens + ["other"], &random)
        } else {
            visitor.email = Universe.pick(Universe.emails, &random)
            visitor.provider = Universe.pick(Universe.providers, &random)
            visitor.organizations = Universe.some(Universe.organizations, &random)
            // Whoever is in a team is in its organization.
            if visitor.organizations.contains("acme/admins") { visitor.organizations.insert("acme") }
            visitor.hasMFA = Bool.random(using: &random)
        }
        return visitor
    }
}

/// The few names that random policies and visitors share, so that they meet.
enum Universe {
    static let emails = ["a@example.com", "b@example.com", "c@example.org", "d@sub.example.com"]
    static let domains = ["example.com", "example.org", "partner.example"]
    static let countries = ["DE", "FR", "GB", "US"]
    static let networks = ["203.0.113.7", "203.0.113.0/24", "198.51.100.0/24"]
    static let providers = ["github", "okta", "Company"]
    static let groups = ["staff", "admins"]
    static let organizations = ["acme", "acme/admins", "other"]
    static let devices = ["disk", "firewall"]
    static let tokens = ["ci", "backup"]

    static func pick(_ values: [String], _ random: inout SeededGenerator) -> String {
        values.randomElement(using: &random) ?? ""
    }

    static func some(_ values: [String], _ random: inout SeededGenerator) -> Set<String> {
        Set(values.filter { _ in Bool.random(using: &random) })
    }

    /// Whether an address is in a network, of which this world has those of 32 and of 24 bits.
    static func contains(_ network: String, _ address: String) -> Bool {
        let parts = network.split(separator: "/")
        guard parts.count == 2, parts[1] == "24" else { return parts[0] == address }
        return address.split(separator: ".").prefix(3) == parts[0].split(separator: ".").prefix(3)
    }
}

/// A policy as somebody writes it, and what that means, told without regard to how it is compiled.
struct RandomPolicy {
    struct Rules {
        var lists: [String: [String]] = [:]
        var isEveryone = false
        var needsMFA = false
    }

    var allow: [Rules]
    var require = Rules()
    var exclude = Rules()
    var offered: [String]
    var tokens: [String]?

    init(_ random: inout SeededGenerator) {
        allow = (0..<Int.random(in: 1...3, using: &random)).map { _ in Self.rules("allow", &random) }
        if Bool.random(using: &random) { require = Self.rules("require", &random) }
        if Bool.random(using: &random) { exclude = Self.rules("exclude", &random) }
        offered = Int.random(in: 0..<3, using: &random) == 0 ? ["okta", "github"] : []
        switch Int.random(in: 0..<3, using: &random) {
        case 0: tokens = []
        case 1: tokens = ["ci"]
        default: tokens = nil
        }
    }

    private static func rules(_ section: String, _ random: inout SeededGenerator) -> Rules {
        var choices: [(String, [String])] = [
            ("emails", Universe.emails), ("emails-ending-in", Universe.domains), ("countries", Universe.countries),
            ("ips", Universe.networks), ("groups", Universe.groups), ("identity-providers", Universe.providers),
            ("github-organizations", Universe.organizations), ("device-posture", Universe.devices),
        ]
        if section == "exclude" { choices.append(("countries-except", Universe.countries)) }
        var rules = Rules()
        for (key, values) in choices where Int.random(in: 0..<4, using: &random) == 0 {
            let some = Universe.some(values, &random).sorted()
            if !some.isEmpty { rules.lists[key] = some }
        }
        if section == "allow" { rules.isEveryone = Int.random(in: 0..<4, using: &random) == 0 }
        if section != "exclude" { rules.needsMFA = Int.random(in: 0..<8, using: &random) == 0 }
        return rules
    }

    // MARK: As text

    var yaml: String {
        var text = "  p:\n    allow:\n" + allow.map { "      - \(Self.yaml($0, orElse: "everyone: true"))\n" }.joined()
        for (key, rules) in [("require", require), ("exclude", exclude)] where !rules.lists.isEmpty || rules.needsMFA {
            text += "    \(key): \(Self.yaml(rules, orElse: ""))\n"
        }
        if !offered.isEmpty { text += "    identity-providers: [\(offered.joined(separator: ", "))]\n" }
        if let tokens {
            text += "    service-tokens: \(tokens.isEmpty ? "any" : "[\(tokens.joined(separator: ", "))]")\n"
        }
        return text
    }

    private static func yaml(_ rules: Rules, orElse other: String) -> String {
        var keys = rules.lists.sorted { $0.key < $1.key }.map { "\($0.key): [\($0.value.joined(separator: ", "))]" }
        if rules.isEveryone { keys.append("everyone: true") }
        if rules.needsMFA { keys.append("mfa: true") }
        return "{ \(keys.isEmpty ? other : keys.joined(separator: ", ")) }"
    }

    // MARK: As it is meant

    /// Whether a visitor gets in.
    func letsIn(_ visitor: Visitor) -> Bool {
        if let token = visitor.token {
            guard let tokens, tokens.isEmpty || tokens.contains(token) else { return false }
            return Self.hold(require, for: visitor, isAllow: false) && !Self.meets(exclude, visitor)
        }
        return allow.indices.contains { letsIn(visitor, by: $0) }
    }

    /// Whether a person gets in by one of the alternatives.
    func letsIn(_ visitor: Visitor, by alternative: Int) -> Bool {
        guard visitor.email != nil, offered.isEmpty || offered.contains(visitor.provider ?? "") else { return false }
        return Self.hold(allow[alternative], for: visitor, isAllow: true)
            && Self.hold(require, for: visitor, isAllow: false) && !Self.meets(exclude, visitor)
    }

    /// Whether every key holds.
    private static func hold(_ rules: Rules, for visitor: Visitor, isAllow: Bool) -> Bool {
        let addresses = (rules.lists["emails"] ?? []) + (rules.lists["emails-ending-in"] ?? [])
        if visitor.token == nil {
            if !addresses.isEmpty, !addresses.contains(visitor.email ?? ""), !addresses.contains(visitor.domain) {
                return false
            }
            if rules.needsMFA, !visitor.hasMFA { return false }
        }
        for (key, values) in rules.lists {
            let holding = values.filter { holds(key, $0, visitor) }
            switch key {
            case "emails", "emails-ending-in": continue
            case "github-organizations", "identity-providers": if visitor.token != nil { continue }
            default: break
            }
            let needsAll = key == "device-posture" || !isAllow && ["groups", "github-organizations"].contains(key)
            if needsAll ? holding.count < values.count : holding.isEmpty { return false }
        }
        return true
    }

    /// Whether anything holds.
    private static func meets(_ rules: Rules, _ visitor: Visitor) -> Bool {
        rules.lists.contains { key, values in
            key == "countries-except"
                ? !values.contains(visitor.country) : values.contains { holds(key, $0, visitor) }
        }
    }

    private static func holds(_ key: String, _ value: String, _ visitor: Visitor) -> Bool {
        switch key {
        case "emails": visitor.email == value
        case "emails-ending-in": visitor.domain == value
        case "countries": visitor.country == value
        case "ips": Universe.contains(value, visitor.address)
        case "groups": visitor.groups.contains(value)
        case "identity-providers": visitor.provider == value
        case "github-organizations": visitor.organizations.contains(value)
        case "device-posture": visitor.devices.contains(value)
        default: false
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension ScalarSet {
    /// The set with everything that differs from a member only in case (Go's `unicode.SimpleFold`).
    var caseFolded: ScalarSet {
        var folded = ranges
        let ascii: Range = 0x41...0x7A
        for range in ranges where range.overlaps(ascii) {
            for scalar in range.clamped(to: ascii) { folded += CaseOrbits.ascii(scalar).map { $0...$0 } }
        }
        // Only sets that reach beyond ASCII need the table of all letters, which takes a while to make.
        if let last = ranges.last, last.upperBound >= 0x80 {
            for orbit in CaseOrbits.beyondASCII where orbit.contains(where: contains) {
                folded += orbit.map { $0...$0 }
            }
        }
        return ScalarSet(folded)
    }
}

/// Groups of scalars that are the same letter but for case.
private enum CaseOrbits {
    /// The others of an ASCII letter's group; the Kelvin sign and the long s are the only ones beyond ASCII.
    static func ascii(_ scalar: UInt32) -> [UInt32] {
        let isUpper = (0x41...0x5A).contains(scalar)
        guard isUpper || (0x61...0x7A).contains(scalar) else { return [] }
        let other = isUpper ? scalar + 0x20 : scalar - 0x20
        switch scalar {
        case 0x4B, 0x6B: return [other, 0x212A]
        case 0x53, 0x73: return [other, 0x17F]
        default: return [other]
        }
    }

    /// All groups with a member beyond ASCII.
    ///
    /// Two scalars belong together when a simple case mapping leads from one to the other. The Turkish letters with
    /// and without a dot stand alone (CaseFolding.txt gives them no simple folding).
    static let beyondASCII: [[UInt32]] = {
        var leaders: [UInt32: UInt32] = [:]
        func leader(_ scalar: UInt32) -> UInt32 {
            var scalar = scalar
            while let next = leaders[scalar], next != scalar { scalar = next }
            return scalar
        }
        func join(_ left: UInt32, _ right: UInt32) {
            let (left, right) = (leader(left), leader(right))
            leaders[max(left, right)] = min(left, right)
            leaders[min(left, right)] = min(left, right)
        }
        for value in UInt32(0x80)...0x1E943 where value != 0x130 && value != 0x131 {
            guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenCaseMapped else { continue }
            let properties = scalar.properties
            for mapping in [properties.lowercaseMapping, properties.uppercaseMapping, properties.titlecaseMapping] {
                let scalars = mapping.unicodeScalars
                if scalars.count == 1, let other = scalars.first, other != scalar { join(value, other.value) }
            }
        }
        // Pairs with equal full mappings and no simple one (CaseFolding.txt, status S).
        for (left, right) in [(0x390, 0x1FD3), (0x3B0, 0x1FE3), (0xFB05, 0xFB06)] as [(UInt32, UInt32)] {
            join(left, right)
        }
        var orbits: [UInt32: [UInt32]] = [:]
        for scalar in leaders.keys { orbits[leader(scalar), default: []].append(scalar) }
        for (letter, other) in [(0x4B, 0x212A), (0x53, 0x17F)] as [(UInt32, UInt32)] {
            orbits[leader(other)] = [letter, letter + 0x20, other]
        }
        return orbits.values.filter { $0.count > 1 }
    }()
}

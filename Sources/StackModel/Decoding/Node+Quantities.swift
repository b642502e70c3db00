// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

extension Node {
    /// A length of time such as `90s`, `1m30s`, `500ms` or `2h`; a bare number has no unit and is refused.
    func duration(_ findings: Findings) -> Duration? {
        guard case .scalar(let scalar) = content else {
            findings.wrongType("a length of time", self, hint: "write it like 30s, 10m or 1h30m")
            return nil
        }
        if let duration = Self.duration(scalar.text) { return duration }
        let hint = Int(scalar.text) == nil ? "write it like 30s, 10m or 1h30m" : "write '\(scalar.text)s' for seconds"
        findings.error(.invalidValue, "expected a length of time with its unit", at: range, hint: hint)
        return nil
    }

    static func duration(_ text: String) -> Duration? {
        let units: [(String, Duration)] = [
            ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
            ("d", .seconds(86400)),
        ]
        var rest = text[...]
        var total = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest[digits.endIndex...]
            let letters = rest.prefix(while: \.isLetter)
            rest = rest[letters.endIndex...]
            guard let count = Int(digits), count < 1_000_000_000,
                let unit = units.first(where: { $0.0 == letters })?.1
            else { return nil }
            total += unit * count
        }
        return total
    }

    /// A size such as `512M`, in bytes; suffixes count by 1024, as systemd's do.
    func size(_ findings: Findings) -> Int? {
        guard case .scalar(let scalar) = content, let size = Self.size(scalar.text) else {
            findings.error(.invalidValue, "expected a size", at: range, hint: "write it like 512M or 2G")
            return nil
        }
        return size
    }

    static func size(_ text: String) -> Int? {
        let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
        guard let last = text.last, let shift = shifts[last], let count = Int(text.dropLast()),
            count > 0, count < 1 << 20
        else { return nil }
        return count << shift
    }

    /// A share of one processor such as `50%`, in percent.
    func percentage(_ findings: Findings) -> Int? {
        guard case .scalar(let scalar) = content, scalar.text.hasSuffix("%"), let value = Int(scalar.text.dropLast()),
            (1...100_000).contains(value)
        else {
            findings.error(
                .invalidValue, "expected a percentage of one processor", at: range,
                hint: "write it like 50%, or 200% for two processors")
            return nil
        }
        return value
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML
internal import UnitFile

/// Reads typed values; each returns nil after it reported why.
extension Node {
    /// Text; numbers are taken as they are written; what would be a boolean or nothing wants quotes.
    func string(_ findings: Findings) -> String? {
        guard case .scalar(let scalar) = content else {
            findings.wrongType("a string", self)
            return nil
        }
        switch coreValue {
        case .bool, .null:
            findings.wrongType("a string", self, hint: "put it in quotes when the text is meant")
            return nil
        default:
            return scalar.text
        }
    }

    /// The most bytes that an argument or a `NAME=value` of the environment can have (execve(2), `MAX_ARG_STRLEN`).
    static let maximumWordSize = 131_071

    /// Text that can stand in a unit file or a configuration of one line per value.
    func line(_ findings: Findings) -> String? {
        guard let text = string(findings) else { return nil }
        guard UnitValue.isWritable(text) else {
            findings.error(.invalidValue, "line breaks and control characters cannot be used here", at: range)
            return nil
        }
        guard text.utf8.count <= Self.maximumWordSize else {
            findings.error(
                .invalidValue, "no program can be given a text of more than 128 KiB", at: range,
                hint: "put it into a file and name the file")
            return nil
        }
        return text
    }

    /// An absolute path without `.` and `..`.
    func absolutePath(_ findings: Findings) -> String? {
        guard let text = line(findings) else { return nil }
        // By byte: a slash with a combining mark behind it is another character, and a slash still.
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.first?.isEmpty == true, parts.count > 1,
            !parts.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) })
        else {
            findings.error(
                .invalidValue, "expected an absolute path without '.' and '..'", at: range,
                hint: "'~' and relative paths mean nothing to a system service")
            return nil
        }
        // PATH_MAX and NAME_MAX of limits.h(0p).
        guard text.utf8.count < 4096, parts.allSatisfy({ $0.count <= 255 }) else {
            findings.error(
                .invalidValue, "a path has at most 4095 bytes, and 255 between two slashes", at: range)
            return nil
        }
        return text
    }

    func bool(_ findings: Findings) -> Bool? {
        if case .bool(let value) = coreValue { return value }
        findings.wrongType("true or false", self)
        return nil
    }

    func int(_ findings: Findings, in range: ClosedRange<Int>) -> Int? {
        guard case .int(let value) = coreValue else {
            findings.wrongType("a whole number", self)
            return nil
        }
        guard range.contains(value) else {
            findings.error(
                .invalidValue, "expected a number from \(range.lowerBound) to \(range.upperBound)", at: self.range)
            return nil
        }
        return value
    }

    func items(_ findings: Findings) -> [Node]? {
        guard case .sequence(let items) = content else {
            findings.wrongType("a list", self)
            return nil
        }
        return items
    }

    /// One word of a fixed set.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ findings: Findings, _: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        guard case .scalar(let scalar) = content else {
            findings.wrongType(Self.list(Choice.self), self)
            return nil
        }
        if let choice = Choice(rawValue: scalar.text) { return choice }
        let hint = Spelling.closest(to: scalar.text, among: Choice.allCases.map(\.rawValue))
        findings.error(
            .invalidValue, "expected \(Self.list(Choice.self))", at: range,
            hint: hint.map { "did you mean '\($0)'?" })
        return nil
    }

    private static func list<Choice: RawRepresentable & CaseIterable>(
        _: Choice.Type
    ) -> String where Choice.RawValue == String {
        let words = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return Choice.allCases.count == 1 ? words : "one of \(words)"
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackPlan

/// A server that a client's file starts, on its way into the stack.
struct ServerDraft {
    /// Its name in the stack.
    let name: String
    /// The machine it is for.
    let host: ImportHost

    /// The program and its arguments.
    var words: [String] = []
    /// The variables that are not secret.
    var environment: [(name: String, value: String)] = []
    /// The variables that are, with their credentials.
    var secrets: [(variable: String, credential: String)] = []
    /// The paths to open for reading.
    var reads: [String] = []
    /// The paths to open for writing.
    var writes: [String] = []
    /// The local addresses that it speaks to.
    var localAddresses: [String] = []
    /// The variables of the secrets that were arguments.
    var movedArguments: [String] = []
    /// What is to be said about it.
    var remarks: [Remark] = []

    /// What stands in place of a secret that was an argument.
    static let removed = "MOVED-TO-SECRETS"

    init(name: String, host: ImportHost) {
        self.name = name
        self.host = host
    }

    /// Takes a secret variable; one that is there already keeps its name, and the new one gets another.
    ///
    /// - Returns: The variable's name.
    @discardableResult
    mutating func addSecret(
        _ content: SecretLedger.Content, as wanted: String, to ledger: inout SecretLedger
    ) -> String {
        let base = VariableName.make(from: wanted)
        let credential = ledger.credential(for: content, variable: base, server: name)
        var variable = base
        var number = 2
        while true {
            if let taken = secrets.first(where: { $0.variable == variable }) {
                if taken.credential == credential { return variable }
            } else if !environment.contains(where: { $0.name == variable }) {
                secrets.append((variable, credential))
                return variable
            }
            variable = "\(base)_\(number)"
            number += 1
        }
    }

    /// Says something once.
    mutating func say(_ remark: Remark) {
        if !remarks.contains(remark) { remarks.append(remark) }
    }

    /// The entries of the server in the stack file.
    var entries: [YAMLValue.Entry] {
        var result = [YAMLValue.Entry("command", .list(words.map(YAMLValue.text)))]
        if !environment.isEmpty {
            result.append(.init("environment", .map(environment.map { .init($0.name, .text($0.value)) })))
        }
        if !secrets.isEmpty {
            let entries = secrets.map { secret in
                YAMLValue.Entry(secret.variable, .map([.init("credential", .text(secret.credential))]))
            }
            result.append(.init("secrets", .map(entries)))
        }
        let paths = [("read", reads), ("write", writes)].filter { !$0.1.isEmpty }.map { key, paths in
            YAMLValue.Entry(key, .list(paths.map(YAMLValue.text)))
        }
        if !paths.isEmpty { result.append(.init("paths", .map(paths))) }
        if !localAddresses.isEmpty {
            let outbound = YAMLValue.Entry("outbound", .list(localAddresses.map(YAMLValue.text)))
            result.append(.init("network", .map([outbound])))
        }
        return result
    }
}

/// Names of environment variables.
enum VariableName {
    /// Whether a text can name one.
    static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
        }
    }

    /// The text where it is valid, and a name made of it elsewhere: `--api-key` becomes `API_KEY`.
    static func make(from text: String) -> String {
        if isValid(text) { return text }
        let words = SecretSigns.words(of: text).map { $0.uppercased().filter { $0.isASCII } }.filter { !$0.isEmpty }
        let name = words.joined(separator: "_")
        return isValid(name) ? name : "SECRET_\(name)".trimmingSuffix("_")
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}

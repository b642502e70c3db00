// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension ServerDraft {
    /// Takes the secrets out of the arguments, where every user of the machine can read them (proc_pid_cmdline(5)).
    mutating func moveSecrets(_ ledger: inout SecretLedger) {
        for index in words.indices.dropFirst() where !words[index].contains(Self.removed) {
            let word = words[index]
            let before = words[index - 1]
            let (option, value) = Self.option(word)
            if ["--header", "-H", "--headers"].contains(before), moveHeader(index, &ledger) { continue }
            if let option, let value, !value.hasPrefix("${"), isSecretArgument(value, of: option) {
                if dockerVariable(at: index) != nil {
                    // docker takes the value of `-e NAME` from its own environment.
                    addSecret(.value(HiddenText(value)), as: option, to: &ledger)
                    words[index] = option
                } else {
                    move(value, as: Self.variable(for: option, value), &ledger)
                    words[index] = "\(option)=\(Self.removed)"
                }
            } else if before.hasPrefix("-"), !before.contains("="), !word.hasPrefix("-"), !word.contains("${"),
                isSecretArgument(word, of: before)
            {
                move(word, as: Self.variable(for: before, word), &ledger)
                words[index] = Self.removed
            } else if moveHeader(index, &ledger) {
                continue
            } else if SecretSigns.isSecretText(word) || ledger.isContained(in: word) {
                move(word, as: Self.variable(for: nil, word), &ledger)
                words[index] = Self.removed
            }
        }
    }

    mutating func move(_ value: String, as variable: String, _ ledger: inout SecretLedger) {
        noteAddresses(in: value, mayShow: false)
        movedArguments.append(addSecret(.value(HiddenText(value)), as: variable, to: &ledger))
    }

    /// Moves the secret of a header such as `Authorization: Bearer x`; false when the word is none.
    private mutating func moveHeader(_ index: Int, _ ledger: inout SecretLedger) -> Bool {
        guard let (name, value) = Self.header(words[index]), !value.contains("${"),
            SecretSigns.isSecret(value, named: name)
        else { return false }
        let variable = VariableName.make(from: name.uppercased())
        if isMCPRemote {
            let given = addSecret(.value(HiddenText(value)), as: variable, to: &ledger)
            words[index] = "\(name):${\(given)}"
            say(.note("mcp-remote itself puts '\(given)' into its header, so that it is in no argument"))
        } else {
            move(value, as: variable, &ledger)
            words[index] = "\(name): \(Self.removed)"
        }
        return true
    }

    mutating func explainMovedArguments() {
        guard !movedArguments.isEmpty else { return }
        let variables = movedArguments.map { "'\($0)'" }.joined(separator: ", ")
        say(
            .todo(
                "a secret was an argument, which every user of this machine can read while the server runs; it is now in "
                    + "the \(movedArguments.count == 1 ? "variable" : "variables") \(variables), and '\(Self.removed)' stands where it was",
                remedy:
                    "see the server's manual for the variable that it reads, give 'secrets' that name, and take the "
                    + "argument out"))
    }

    private func isSecretArgument(_ value: String, of option: String) -> Bool {
        guard !value.isEmpty, !value.hasPrefix("-") else { return false }
        let words = SecretSigns.words(of: option)
        if words.last == "file" || words.last == "path" || words.last == "env" {
            return SecretSigns.isSecretText(value)
        }
        return SecretSigns.isSecret(value, named: option)
    }

    /// Takes the variables of `env NAME=value program` and `sh -c 'NAME=value program'` out of the arguments, where they
    /// can be read, and into the server's own.
    mutating func moveAssignments(_ ledger: inout SecretLedger) {
        let program = Self.lastComponent(words[0])
        let first = program == "env" ? 1 : 0
        if words.count > first + 1, let name = Self.option(words[first]).0, VariableName.isValid(name) {
            var rest = words.dropFirst(first)
            while let word = rest.first, rest.count > 1, case (let name?, let value?) = Self.option(word) {
                guard VariableName.isValid(name) else { break }
                moveAssignment(name, value, &ledger)
                rest = rest.dropFirst()
            }
            words = Array(rest)
        } else if ["sh", "bash", "dash"].contains(program), words.count > 2, words[1] == "-c" {
            var script = words[2][...]
            while let end = script.firstIndex(of: " "),
                case (let name?, let value?) = Self.option(String(script[..<end])),
                VariableName.isValid(name), !value.contains(where: { "\"'$`\\;&|(){}<>".contains($0) })
            {
                moveAssignment(name, value, &ledger)
                script = script[end...].drop { $0 == " " }
            }
            words[2] = String(script)
        }
    }

    private mutating func moveAssignment(_ name: String, _ value: String, _ ledger: inout SecretLedger) {
        if SecretSigns.isSecret(value, named: name), !secrets.contains(where: { $0.variable == name }) {
            environment.removeAll { $0.name == name }
            addSecret(.value(HiddenText(value)), as: name, to: &ledger)
        } else if !secrets.contains(where: { $0.variable == name }) {
            environment.removeAll { $0.name == name }
            environment.append((name, value))
        }
        say(.note("variables that the command set itself are under 'environment' and 'secrets' now"))
    }

    /// `--name=value` and `NAME=value`; the value is nil for anything else.
    static func option(_ word: String) -> (String?, String?) {
        guard let sign = word.firstIndex(of: "=") else { return (nil, nil) }
        let name = word[..<sign]
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else {
            return (nil, nil)
        }
        return (String(name), String(word[word.index(after: sign)...]))
    }

    /// `Name: value`, as a header is given; a URL is none.
    private static func header(_ word: String) -> (String, String)? {
        guard let colon = word.firstIndex(of: ":") else { return nil }
        let name = word[..<colon]
        let value = word[word.index(after: colon)...].drop { $0 == " " }
        guard !name.isEmpty, !value.isEmpty, !value.hasPrefix("//"),
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else { return nil }
        return (String(name), String(value))
    }

    /// The variable for a secret that had none.
    private static func variable(for option: String?, _ value: String) -> String {
        if let option, option.count > 2, !SecretSigns.isSecretText(option) { return VariableName.make(from: option) }
        let scheme = value.firstRange(of: "://").map { value[..<$0.lowerBound] }
        switch scheme {
        case "postgres", "postgresql", "mysql", "mariadb", "mongodb", "mongodb+srv", "mssql": return "DATABASE_URL"
        case "redis", "rediss": return "REDIS_URL"
        case nil: return "SECRET"
        default: return "SECRET_URL"
        }
    }
}

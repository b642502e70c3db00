// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

extension ServerDraft {
    /// Turns the client's command into a service's: no secrets, a program that a service finds, paths opened.
    mutating func finishCommand(_ inputs: [String: ClientImport.Input], _ ledger: inout SecretLedger) {
        unwrapWindowsShell()
        splitDockerVariables()
        moveAssignments(&ledger)
        fillIn(inputs, &ledger)
        moveSecrets(&ledger)
        explainMovedArguments()
        resolveProgram()
        if isDocker { explainDocker() } else { openPaths() }
        for word in words.dropFirst() { noteAddresses(in: word, mayShow: true) }
        for variable in environment { noteAddresses(in: variable.value, mayShow: true) }
        if !localAddresses.isEmpty {
            say(.note("it speaks to this machine or its network, which 'network' opens; by default a server cannot"))
        }
    }

    /// `cmd /c npx …` exists because npx is a script on Windows; here npx runs by itself.
    private mutating func unwrapWindowsShell() {
        let shell = words.first.map { $0.split { "\\/".contains($0) }.last.map(String.init) ?? $0 }?.lowercased()
        guard words.count >= 3, shell == "cmd" || shell == "cmd.exe", words[1].lowercased() == "/c" else { return }
        words.removeFirst(2)
        if words.count == 1, words[0].contains(" ") { words = ShellWords.split(words[0]) }
        say(.note("'cmd /c' in front of the command was Windows' and was taken away"))
    }

    /// `docker run --env=NAME=value` and `-eNAME=value` as two words, which the rest knows.
    private mutating func splitDockerVariables() {
        guard isDocker else { return }
        words = words.flatMap { word -> [String] in
            if word.hasPrefix("--env=") { return ["--env", String(word.dropFirst(6))] }
            if word.hasPrefix("-e"), word.count > 2, word.contains("=") { return ["-e", String(word.dropFirst(2))] }
            return [word]
        }
    }

    // MARK: Placeholders

    private mutating func fillIn(_ inputs: [String: ClientImport.Input], _ ledger: inout SecretLedger) {
        for index in words.indices {
            let given = ValueTemplate(words[index])
            let template = given.filled(inputs)
            if let text = template.literal {
                if given.hasSecretFallback, index > 0 {
                    move(text, as: "SECRET", &ledger)
                    words[index] = Self.removed
                } else {
                    words[index] = text
                }
                continue
            }
            if isOwnVariable(template) { continue }
            let open = template.openParts
            if open.contains(where: { $0.isSecret(inputs) }) || isSecretPlace(index)
                || SecretSigns.isSecretText(template.text)
            {
                fillInSecret(index, template, &ledger)
            } else if open.contains(where: { if case .place = $0 { true } else { false } }) {
                words[index] = template.text
                say(
                    .todo(
                        "\(shown(template.text)) means a folder of whoever runs the client; a service has none",
                        remedy: "write an absolute path, and open it: paths: { read: [/that/path] }"))
            } else {
                words[index] = template.text
                say(
                    .todo(
                        "\(shown(template.text)) is filled in by the client; nobody does that for a service",
                        remedy: "write what it stands for"))
            }
        }
    }

    /// Whether the server itself fills the placeholder in from a variable that it is given, as mcp-remote does.
    private func isOwnVariable(_ template: ValueTemplate) -> Bool {
        template.openParts.allSatisfy { part in
            guard case .variable(let name, _) = part else { return false }
            return environment.contains { $0.name == name } || secrets.contains { $0.variable == name }
        }
    }

    /// Whether the word at an index is given to an option that takes a secret.
    private func isSecretPlace(_ index: Int) -> Bool {
        if let name = Self.option(words[index]).0, SecretSigns.isSecretName(name) { return true }
        guard index > 0, words[index - 1].hasPrefix("-"), !words[index - 1].contains("=") else { return false }
        return SecretSigns.isSecretName(words[index - 1])
    }

    private mutating func fillInSecret(_ index: Int, _ template: ValueTemplate, _ ledger: inout SecretLedger) {
        let names = template.openParts.compactMap(\.name).map { SecretSigns.isSecretText($0) ? "SECRET" : $0 }
        if isMCPRemote, !SecretSigns.isSecretText(template.text) {
            // mcp-remote replaces ${NAME} in its headers itself.
            words[index] = template.text
            for name in names { addSecret(.reference(name), as: name, to: &ledger) }
            return
        }
        let name = names.first ?? "SECRET"
        let (option, _) = Self.option(words[index])
        if let variable = dockerVariable(at: index) {
            words[index] = variable
            addSecret(.reference(name), as: variable, to: &ledger)
            return
        }
        let isWhole = template.parts.count == 1 || (option != nil && template.parts.count == 2)
        let place = option ?? (index > 0 && words[index - 1].hasPrefix("-") ? words[index - 1] : name)
        let variable = addSecret(
            .reference(isWhole ? name : "\(self.name) \(index)"), as: isWhole ? name : place, to: &ledger)
        words[index] = option.map { "\($0)=\(Self.removed)" } ?? Self.removed
        movedArguments.append(variable)
    }

    // MARK: What kind of command

    var isDocker: Bool { ["docker", "podman"].contains(Self.lastComponent(words.first ?? "")) }

    var isMCPRemote: Bool {
        words.contains { $0 == "mcp-remote" || $0.hasPrefix("mcp-remote@") }
    }

    /// The variable that `docker run -e NAME=value` sets with the word at an index.
    func dockerVariable(at index: Int) -> String? {
        guard isDocker, index > 0, ["-e", "--env"].contains(words[index - 1]), let name = Self.option(words[index]).0,
            VariableName.isValid(name)
        else { return nil }
        return name
    }

    private mutating func explainDocker() {
        let unset = zip(words, words.dropFirst()).filter { ["-e", "--env"].contains($0.0) && !$0.1.contains("=") }
            .map(\.1).filter { name in
                !environment.contains { $0.name == name } && !secrets.contains { $0.variable == name }
            }
        for name in unset where VariableName.isValid(name) {
            say(
                .todo(
                    "docker is to hand '\(name)' on, and nobody sets it",
                    remedy: "secrets: { \(name): { credential: NAME } }, or environment: { \(name): … }"))
        }
        say(
            .todo(
                "it runs docker, which only root and the group 'docker' may, and who may that is root on this machine; "
                    + "in the sandbox it fails",
                remedy: "run the server itself: most images are also a package for npx or uvx, or a single program"))
        if host.program(Self.lastComponent(words[0])) == nil {
            say(.todo("'\(Self.lastComponent(words[0]))' is not installed where a service finds it"))
        }
    }

    static func lastComponent(_ path: String) -> String {
        var name = path.split { "/\\".contains($0) }.last.map(String.init) ?? path
        for suffix in [".exe", ".cmd", ".EXE", ".CMD"] where name.hasSuffix(suffix) { name.removeLast(suffix.count) }
        return name
    }

    // MARK: Addresses

    /// Notes the addresses of this machine and its network in a text; a secret text tells only of this machine.
    mutating func noteAddresses(in text: String, mayShow: Bool) {
        let parts = text.split { !($0.isLetter || $0.isNumber || ".-".contains($0)) }
        for part in parts {
            if part == "localhost" || part.hasPrefix("127.") && IPAddress.isIPv4(String(part)) {
                for address in ["127.0.0.0/8", "::1/128"] where !localAddresses.contains(address) {
                    localAddresses.append(address)
                }
            } else if mayShow, PrivateNetwork.contains(part), !localAddresses.contains(String(part)) {
                localAddresses.append(String(part))
            }
        }
    }
}

/// Tells addresses of private networks (RFC 1918).
enum PrivateNetwork {
    static func contains(_ text: Substring) -> Bool {
        guard IPAddress.isIPv4(String(text)) else { return false }
        let bytes = text.split(separator: ".").compactMap { UInt8($0) }
        guard bytes.count == 4 else { return false }
        return bytes[0] == 10 || (bytes[0] == 192 && bytes[1] == 168)
            || (bytes[0] == 172 && (16...31).contains(bytes[1]))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import LocatedYAML
internal import UnitFile

extension ClientImport {
    /// Sorts the variables of a server into those that may be read and those that may not.
    mutating func environment(_ node: Node?, _ draft: inout ServerDraft) {
        guard let node else { return }
        guard case .mapping(let pairs) = node.content else {
            if node.coreValue != .null {
                warn(.unexpectedType, "expected a mapping of variables, found \(node.typeName)", node)
            }
            return
        }
        for pair in pairs {
            guard VariableName.isValid(pair.key), !SecretSigns.isSecretText(pair.key) else {
                draft.say(.todo("a variable was left out, since its name has more than letters, digits and '_'"))
                continue
            }
            switch pair.value.content {
            case .scalar:
                if let text = pair.value.text { variable(pair.key, text, &draft) }
            default: warn(.unexpectedType, "expected a string, found \(pair.value.typeName)", pair.value)
            }
        }
    }

    /// Variables that describe the client's machine and user.
    private static let surroundings: Set<String> = [
        "PATH", "HOME", "USER", "SHELL", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "SystemRoot", "HOMEDRIVE",
        "HOMEPATH",
    ]

    private mutating func variable(_ name: String, _ text: String, _ draft: inout ServerDraft) {
        if Self.surroundings.contains(name) {
            draft.say(.note("'\(name)' left out: it describes the client's machine; a service has its own"))
            return
        }
        let template = ValueTemplate(text)
        let filled = template.filled(inputs)
        if let value = filled.literal {
            if template.hasSecretFallback {
                draft.addSecret(.value(HiddenText(value)), as: name, to: &ledger)
            } else {
                literal(name, value, &draft)
            }
            return
        }
        let open = filled.openParts
        let isSecret =
            SecretSigns.isSecretName(name) || open.contains { $0.isSecret(inputs) }
            || SecretSigns.isSecretText(filled.text)
        guard isSecret else {
            draft.say(
                .todo(
                    "'\(name)' is \(shown(filled.text)) in the file, which the client fills in and a service cannot",
                    remedy: "write its value: environment: { \(name): … }"))
            return
        }
        let isWhole = filled.parts.count == 1
        let reference = isWhole ? open.first?.name ?? name : "\(filled.text)"
        let variable = draft.addSecret(.reference(reference), as: name, to: &ledger)
        guard !isWhole else { return }
        let whole =
            SecretSigns.isSecretText(filled.text) ? "the whole value of the file" : shown(filled.text) + ", filled in"
        draft.say(.todo("'\(variable)' is more than the secret alone", remedy: "set the credential to \(whole)"))
    }

    private mutating func literal(_ name: String, _ value: String, _ draft: inout ServerDraft) {
        if SecretSigns.isSecretName(name), !value.hasPrefix("/"), SecretSigns.isPlaceholder(value) {
            draft.addSecret(.reference(name), as: name, to: &ledger)
            draft.say(.note("'\(name)' has only a placeholder in the file"))
            return
        }
        if SecretSigns.isSecret(value, named: name) {
            draft.noteAddresses(in: value, mayShow: false)
            draft.addSecret(.value(HiddenText(value)), as: name, to: &ledger)
            return
        }
        guard UnitValue.isWritable(value) else {
            draft.say(
                .todo(
                    "'\(name)' has line breaks or control characters, which no unit can hold",
                    remedy: "keep it as a secret, which may have them: secrets: { \(name): { credential: NAME } }"))
            return
        }
        draft.environment.append((name, value))
    }
}

extension ValueTemplate {
    /// The template with everything put in that is known here: what stands for unset variables and unanswered
    /// questions.
    func filled(_ inputs: [String: ClientImport.Input]) -> ValueTemplate {
        let texts = parts.map { part -> Part in
            switch part {
            case .variable(let name, let fallback?):
                // What a secret is replaced by is no secret, so it would be wrong to take it for one.
                return fallback.isEmpty && SecretSigns.isSecretName(name)
                    ? .variable(name, fallback: nil) : .literal(fallback)
            case .input(let id):
                guard let input = inputs[id], !input.isPassword, let fallback = input.fallback else { return part }
                return .literal(fallback)
            default: return part
            }
        }
        return ValueTemplate(parts: texts)
    }

    private init(parts: [Part]) {
        self.parts = parts
    }

    /// Whether a secret stands in the file for the case that its variable is not set.
    var hasSecretFallback: Bool {
        parts.contains { part in
            guard case .variable(let name, let fallback?) = part else { return false }
            return SecretSigns.isSecret(fallback, named: name)
        }
    }

    /// The parts that only the client can fill in.
    var openParts: [Part] {
        parts.filter { if case .literal = $0 { false } else { true } }
    }

    /// The text around those parts.
    var knownText: String {
        parts.map { if case .literal(let text) = $0 { text } else { " " } }.joined()
    }
}

extension ValueTemplate.Part {
    /// The name of what has to be filled in.
    var name: String? {
        switch self {
        case .literal: nil
        case .variable(let name, _), .place(let name): name
        case .input(let id): id
        }
    }

    /// Whether what has to be filled in is a secret.
    func isSecret(_ inputs: [String: ClientImport.Input]) -> Bool {
        switch self {
        case .literal, .place: false
        case .variable(let name, _): SecretSigns.isSecretName(name)
        case .input(let id): inputs[id]?.isPassword ?? SecretSigns.isSecretName(id)
        }
    }
}

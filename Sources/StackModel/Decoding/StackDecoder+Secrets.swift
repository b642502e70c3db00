// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import LocatedYAML

extension StackDecoder {
    /// The environment of a server and its secrets; a name can only be in one of them.
    func environmentAndSecrets(_ map: inout MappingReader) -> ([EnvironmentVariable], [Secret]) {
        let environmentPair = map.takePair("environment")
        let secretsPair = map.takePair("secrets")
        let environment = environmentPair.map { self.environment($0.value) } ?? []
        let secrets = secretsPair.map { self.secrets($0.value) } ?? []
        for secret in secrets where environment.contains(where: { $0.name == secret.variable }) {
            findings.error(
                .contradiction, "'\(secret.variable)' is in 'environment' and in 'secrets'", at: secret.credential.range
            )
        }
        return (environment, secrets)
    }

    private func environment(_ node: Node) -> [EnvironmentVariable] {
        variables(node, "environment").compactMap { pair in
            var value = pair.value.line(findings)
            if let text = value, pair.key.utf8.count + 1 + text.utf8.count > Node.maximumWordSize {
                findings.error(
                    .invalidValue, "a variable and its value have at most 128 KiB", at: pair.value.range)
                value = nil
            }
            if value?.isEmpty == false, SecretLines.isSecretName(pair.key) {
                findings.add(
                    Diagnostic(
                        .warning, .plainSecret,
                        "'\(pair.key)' looks like a secret, and everybody on this machine can read it here",
                        at: pair.keyRange,
                        hint: "'mcp-stack secret set NAME' keeps it encrypted; then write it under 'secrets:'"))
            }
            return value.map { EnvironmentVariable(name: pair.key, value: $0) }
        }
    }

    private func secrets(_ node: Node) -> [Secret] {
        variables(node, "secrets").compactMap { pair in
            guard case .mapping = pair.value.content else {
                findings.error(
                    .wrongType, "expected the name of a credential, not a value", at: pair.value.range,
                    hint: "write '\(pair.key): { credential: NAME }' and give the value to 'mcp-stack secret set NAME'")
                return nil
            }
            guard var map = MappingReader(pair.value, Language.secret, "secret '\(pair.key)'", findings) else {
                return nil
            }
            defer { map.finish() }
            let delivery = map.take("as").map { $0.choice(findings, Secret.Delivery.self) } ?? .variable
            guard let credential = map.require("credential").flatMap(credentialName), let delivery else { return nil }
            return Secret(variable: pair.key, credential: credential, delivery: delivery)
        }
    }

    /// The entries of a mapping whose keys are environment variables.
    private func variables(_ node: Node, _ key: String) -> [Node.Pair] {
        guard case .mapping(let pairs) = node.content else {
            findings.wrongType("a mapping of variables for '\(key)'", node)
            return []
        }
        for pair in pairs where !Self.isVariableName(pair.key) {
            findings.error(
                .invalidValue, "an environment variable's name has only letters, digits and '_'", at: pair.keyRange)
        }
        return pairs
    }

    private static func isVariableName(_ text: String) -> Bool {
        guard let first = text.first, first == "_" || first.isLetter else { return false }
        return text.allSatisfy { $0.isASCII && ($0 == "_" || $0.isLetter || $0.isNumber) }
    }
}

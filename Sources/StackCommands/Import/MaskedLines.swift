// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Lines of a foreign file as messages may quote them: the file's structure, and of its words only the well-known ones.
///
/// A file that does not parse can have a secret anywhere, even where a key belongs, so that no rule about places
/// holds; only words that are surely none are shown. Columns stay, so that a caret stands where it should.
enum MaskedLines {
    static func mask(_ lines: [String]) -> [String] {
        lines.map(mask)
    }

    static func mask(_ line: String) -> String {
        var result = ""
        var word = ""
        for scalar in line.unicodeScalars {
            if isWordScalar(scalar) {
                word.unicodeScalars.append(scalar)
                continue
            }
            result += shown(word)
            word = ""
            result.unicodeScalars.append(structure.contains(scalar) ? scalar : "·")
        }
        return result + shown(word)
    }

    private static func shown(_ word: String) -> String {
        known.contains(word) ? word : String(repeating: "·", count: word.unicodeScalars.count)
    }

    private static let structure = Set(" \t{}[]:,\"'#".unicodeScalars)

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_"
            || scalar == "."
    }

    private static let known: Set<String> = [
        "-", "mcpServers", "servers", "inputs", "mcp", "command", "args", "env", "envFile", "cwd", "type", "transport",
        "stdio", "http", "sse", "streamable-http", "url", "serverUrl", "headers", "disabled", "enabled", "id",
        "description", "password", "default", "promptString", "autoApprove", "alwaysAllow", "timeout", "true", "false",
        "null", "npx", "uvx", "uv", "node", "python", "python3", "docker", "run", "-y",
        "services", "image", "ports", "environment", "volumes", "networks", "restart", "expose", "depends_on", "build",
        "tunnel", "credentials-file", "ingress", "hostname", "path", "service", "originRequest", "warp-routing",
        "version",
    ]
}

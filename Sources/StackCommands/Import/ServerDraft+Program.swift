// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension ServerDraft {
    /// How to have a program that a service can run: the common runtimes, by name.
    private static let runtimes: [String: String] = [
        "node": "apt install nodejs npm", "npx": "apt install nodejs npm", "npm": "apt install nodejs npm",
        "python3": "apt install python3 python3-venv", "python": "apt install python3 python3-venv",
        "uv": uv, "uvx": uv,
        "pipx": "apt install pipx, then pipx install --global PACKAGE and name the program it installs",
        "bun": "install it below /usr/local/bin", "bunx": "install it below /usr/local/bin",
        "deno": "install it below /usr/local/bin", "docker": "apt install docker.io", "podman": "apt install podman",
        "bash": "apt install bash", "sh": "apt install dash",
    ]
    private static let uv =
        "curl -LsSf https://astral.sh/uv/install.sh | env UV_INSTALL_DIR=/usr/local/bin sh"

    /// Finds the program as a service would: by its bare name on systemd's PATH, or by an absolute path outside of homes.
    mutating func resolveProgram() {
        let program = words[0]
        guard program != Self.removed else { return }
        let name = Self.lastComponent(program)
        if program.contains("\\") || WindowsPath.isOne(program) {
            return useRuntime(name, insteadOf: "\(shown(program)) is a path of Windows")
        }
        if ["powershell", "pwsh"].contains(name.lowercased()) {
            return say(.todo("it runs PowerShell", remedy: "name the program that the script starts"))
        }
        if program.hasPrefix("/") {
            if Self.isHidden(program) {
                useRuntime(name, insteadOf: "\(shown(program)) lives where a service does not look")
            } else if host.kind(program) == nil {
                useRuntime(name, insteadOf: "there is no \(shown(program)) on this machine")
            }
            return
        }
        if program.contains("/") || program.hasPrefix("~") || program.hasPrefix(".") {
            return say(
                .todo(
                    "\(shown(program)) is a relative path, which means nothing to a service",
                    remedy:
                        "write the absolute path; below /home or /root a service cannot see it, so copy it below /opt"))
        }
        if name != program { words[0] = name }
        checkInstalled()
    }

    /// Puts a system-wide runtime in place of one that a service cannot run; a program of its own stays, with advice.
    private mutating func useRuntime(_ name: String, insteadOf reason: String) {
        let isVirtualEnvironment = words[0].contains("venv/") || words[0].contains("virtualenvs/")
        guard Self.runtimes[name] != nil || name.hasPrefix("python3."), !isVirtualEnvironment else {
            let remedy =
                isVirtualEnvironment
                ? "python3 -m venv /opt/\(self.name), install the server into it with /opt/\(self.name)/bin/pip, and "
                    + "name the program in /opt/\(self.name)/bin"
                : "install it system-wide (pipx install --global …, npm install --global …), or below /opt or /usr/local"
            return say(.todo(reason, remedy: remedy))
        }
        words[0] = name.hasPrefix("python3.") ? "python3" : name
        say(.note("\(reason); the system's own '\(words[0])' took its place"))
        checkInstalled()
    }

    private mutating func checkInstalled() {
        let name = words[0]
        if host.program(name) != nil { return }
        if name == "python", host.program("python3") != nil {
            words[0] = "python3"
            return say(.note("'python' is called 'python3' here"))
        }
        let remedy = Self.runtimes[name] ?? "install it system-wide (pipx install --global …, npm install --global …)"
        say(.todo("\(shown(name)) is not installed where a service finds it", remedy: remedy))
    }

    /// Whether a path is in somebody's home or in a place that only other systems have.
    static func isHidden(_ path: String) -> Bool {
        ["/home/", "/root/", "/Users/", "/run/user/", "/opt/homebrew/", "/home/linuxbrew/"].contains(
            where: path.hasPrefix)
            || ["/home", "/root"].contains(path)
    }
}

/// Tells paths of Windows: `C:\Users`, `D:/data`, `\\server\share`.
enum WindowsPath {
    static func isOne(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars.prefix(3))
        if text.hasPrefix("\\\\") { return true }
        guard scalars.count == 3, scalars[0].isASCII, scalars[0].properties.isAlphabetic else { return false }
        return scalars[1] == ":" && (scalars[2] == "\\" || scalars[2] == "/")
    }
}

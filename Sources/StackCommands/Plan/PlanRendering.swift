// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackPlan

/// Shows a difference between generations.
struct PlanRendering {
    let isColoured: Bool

    func render(_ diff: PlanDiff) -> String {
        guard !diff.isEmpty else { return "Nothing to change.\n" }
        var text = ""
        for file in diff.files {
            let sign = file.old == nil ? "+" : file.new == nil ? "-" : "~"
            text += paint("\(sign) \(file.path)", sign == "+" ? "32" : sign == "-" ? "31" : "33") + "\n"
            guard file.old != nil, file.new != nil else { continue }
            for line in UnifiedDiff(from: shown(file.old), to: shown(file.new)).lines {
                switch line {
                case .context(let line): text += "      \(line)\n"
                case .removed(let line): text += paint("    - \(line)", "31") + "\n"
                case .added(let line): text += paint("    + \(line)", "32") + "\n"
                case .gap: text += "      …\n"
                }
            }
        }
        if !diff.actions.isEmpty {
            text += "\n"
            for action in diff.actions {
                text += "\(action.verb.rawValue) \(action.unit): \(action.reason)\n"
            }
        }
        return text
    }

    /// A file without its header, which names the generation and always differs.
    ///
    /// The values of environment variables are blanked: people keep secrets there.
    private func shown(_ text: String?) -> String {
        (text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("#") }
            .map { line in
                guard line.hasPrefix("Environment="), let equals = line.dropFirst(12).firstIndex(of: "=") else {
                    return String(line)
                }
                return line[...equals] + "…"
            }
            .joined(separator: "\n")
    }

    private func paint(_ text: String, _ colour: String) -> String {
        isColoured ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
    }
}

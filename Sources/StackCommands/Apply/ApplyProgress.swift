// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Shows what `apply` is doing: a line that changes on a terminal, one line for each finished step otherwise.
struct ApplyProgress: Sendable {
    let console: Console

    /// Says that a step is under way.
    func begin(_ text: String) {
        if console.isErrorTerminal { console.noteText("  … \(text)") }
    }

    /// Says how the step ended.
    func end(_ text: String, isGood: Bool) {
        guard console.isErrorTerminal else { return console.note(text) }
        let mark = isGood ? "✓" : "✗"
        let painted = console.isErrorColoured ? "\u{1B}[\(isGood ? "32" : "31")m\(mark)\u{1B}[0m" : mark
        console.noteText("\r\u{1B}[K  \(painted) \(text)\n")
    }

    /// Says that something was done.
    func step(_ text: String) {
        end(text, isGood: true)
    }
}

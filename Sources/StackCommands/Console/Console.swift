// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// Where a command's words go: data to standard output, everything else to standard error.
struct Console: Sendable {
    /// Whether standard output is a terminal.
    var isOutputTerminal: Bool
    /// Whether standard error is a terminal.
    var isErrorTerminal: Bool
    /// Whether the user asked for no colour (`NO_COLOR`, https://no-color.org).
    var refusesColour: Bool
    private let write: @Sendable (Int32, String) -> Void

    /// The console of this process.
    static let standard = Console(
        isOutputTerminal: isatty(STDOUT_FILENO) == 1, isErrorTerminal: isatty(STDERR_FILENO) == 1,
        refusesColour: getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    ) { descriptor, text in
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // A reader that went away ends the output, as with every other filter.
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// Creates a console that writes elsewhere, for tests.
    init(
        isOutputTerminal: Bool = false, isErrorTerminal: Bool = false, refusesColour: Bool = true,
        write: @escaping @Sendable (_ descriptor: Int32, _ text: String) -> Void
    ) {
        self.isOutputTerminal = isOutputTerminal
        self.isErrorTerminal = isErrorTerminal
        self.refusesColour = refusesColour
        self.write = write
    }

    /// Whether standard error may be coloured.
    var isErrorColoured: Bool { isErrorTerminal && !refusesColour }
    /// Whether standard output may be coloured.
    var isOutputColoured: Bool { isOutputTerminal && !refusesColour }

    /// Writes data: a line to standard output.
    func output(_ line: String) {
        write(STDOUT_FILENO, line + "\n")
    }

    /// Writes text to standard output as it is.
    func outputText(_ text: String) {
        write(STDOUT_FILENO, text)
    }

    /// Writes a remark: a line to standard error; nothing for an empty one.
    func note(_ line: String) {
        if !line.isEmpty { write(STDERR_FILENO, line + "\n") }
    }

    /// Writes text to standard error as it is.
    func noteText(_ text: String) {
        write(STDERR_FILENO, text)
    }
}

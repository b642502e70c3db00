// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import HostFiles
internal import StackModel

/// A stack file read from the disk.
struct LoadedStack {
    /// The file's bytes, as they go into the generation.
    var bytes: [UInt8]
    /// The file's permission bits.
    var mode: UInt32
    /// What it says.
    var file: StackFile

    /// Reads a stack file; what is wrong with its contents is among its diagnostics.
    ///
    /// - Throws: `CommandFailure` with status 78 when there is no such file or it cannot be read.
    init(path: String) throws(CommandFailure) {
        let files = HostFiles()
        let found: [UInt8]?
        do throws(HostFileError) {
            found = try files.read(path)
        } catch {
            throw CommandFailure(error.description, status: .configuration)
        }
        guard let found else {
            throw CommandFailure(
                "there is no stack file '\(path)'", hint: "'mcp-stack init' writes a first one",
                status: .configuration)
        }
        bytes = found
        mode = files.mode(path) ?? 0o644
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("'\(path)' is not UTF-8 text", status: .configuration)
        }
        file = StackFile(parsing: text, name: path)
    }

    /// The stack, after everything there is to say about it, or only the errors, was said on standard error.
    ///
    /// - Throws: `CommandFailure` with status 78 when there are errors.
    func stack(
        and more: [Diagnostic] = [], showingWarnings: Bool = true, on console: Console
    ) throws(CommandFailure) -> Stack {
        let all = (file.diagnostics + more).sortedByPosition()
        let renderer = TextRenderer(isColoured: console.isErrorColoured)
        for diagnostic in all where showingWarnings || diagnostic.severity == .error {
            console.noteText(renderer.render(diagnostic, in: file.source))
        }
        guard let stack = file.stack, !all.hasErrors else { throw .silent(.configuration) }
        return stack
    }
}

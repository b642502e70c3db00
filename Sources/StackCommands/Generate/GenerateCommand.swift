// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import Diagnostics
internal import HostFiles
internal import StackModel
internal import StackPlan
internal import UnitFile

/// Writes everything that `apply` would install, anywhere, without root and without systemd.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write the files that 'apply' would install below a directory, laid out as below '/'.")

    @OptionGroup var stack: StackOptions

    @Option(name: .long, help: ArgumentHelp("The directory; it must not hold a stack already.", valueName: "dir"))
    var output: String

    @Option(name: .long, help: ArgumentHelp("The release of systemd to write units for.", valueName: "version"))
    var systemdVersion: Int?

    func validate() throws {
        if output.isEmpty { throw ValidationError("'--output' needs a directory") }
        if let systemdVersion, systemdVersion < SystemdRelease.oldest.version {
            throw ValidationError("systemd before \(SystemdRelease.oldest.version) is not supported")
        }
    }

    func run() throws {
        let loaded = try LoadedStack(path: stack.config)
        let atCloudflare = loaded.file.stack.map { CloudflareCheck.diagnostics(of: $0, .warning) } ?? []
        let stack = try loaded.stack(and: atCloudflare, on: .standard)
        var facts = HostFacts().facts(for: stack, from: self.stack.config, generation: 1)
        if let systemdVersion { facts.systemd = SystemdRelease(systemdVersion) }
        let plan = try Plan.next(for: stack, facts: facts, after: nil)
        let files = HostFiles(isDurable: false)
        let base = output + Locations.configuration
        guard files.kind(base) == nil else {
            throw CommandFailure("'\(base)' exists already", hint: "give a directory without a stack in it")
        }
        var directory = output.hasPrefix("/") ? "" : "."
        for part in (output + "/etc").split(separator: "/") {
            directory += "/\(part)"
            try files.makeDirectory(directory)
        }
        let store = GenerationStore(directory: base, files: files)
        try store.stage(1, plan.generation(of: loaded))
        try store.makeCurrent(1)
    }
}

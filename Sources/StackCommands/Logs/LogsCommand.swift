// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import StackObservation
internal import StackPlan
internal import Supervision
internal import SystemdKit

/// Shows the journal of the stack or of one server.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show the journal entries of the stack, or of one server.")

    @OptionGroup var stack: StackOptions

    @Argument(help: "The server; without it, everything of the stack.")
    var server: String?

    @Option(name: [.customShort("n"), .long], help: "How many entries to show.")
    var lines: Int = 50

    @Flag(name: .shortAndLong, help: "Wait for new entries and show them as they come.")
    var follow = false

    func validate() throws {
        if lines < 0 { throw ValidationError("'--lines' is a number of entries") }
    }

    func run() async throws {
        let selection = try LogSelection(
            server: server, of: try InstalledStateFile(path: "\(Locations.current)/state.json").read())
        let console = Console.standard
        guard follow else {
            // Entries of the daemon about other servers are read and passed over, so more are asked for.
            let most = server == nil ? lines : Journal.mostEntries
            let entries = try await Journal.entries(matching: selection.filter, last: most)
            for entry in entries.filter(selection.includes).suffix(lines) {
                console.output(LogLine.render(entry))
            }
            return
        }
        let follower = try await JournalFollower.follow(
            selection.filter, from: .last(server == nil ? lines : Journal.mostEntries))
        defer { follower.close() }
        for await case .entry(let entry) in follower.events where selection.includes(entry) {
            console.output(LogLine.render(entry))
        }
    }
}

/// Which entries belong to what was asked for.
struct LogSelection {
    /// The server; nil for the whole stack.
    let server: String?
    /// The units whose entries are read.
    let units: [String]

    private static let daemon = "mcp-stack.service"

    /// Selects the entries of a server, or of the whole stack.
    ///
    /// - Throws: `CommandFailure` when there is no such server.
    init(server: String?, of stack: WatchedStack) throws(CommandFailure) {
        self.server = server
        guard let server else {
            units = [Self.daemon] + stack.units
            return
        }
        guard let found = stack.servers.first(where: { $0.name == server }) else {
            let names = stack.servers.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                "there is no server '\(server)' in the stack that is applied",
                hint: names.isEmpty ? "nothing is applied yet" : "there are: \(names)")
        }
        units = [Self.daemon] + [found.service, found.socket].compactMap(\.self)
    }

    var filter: JournalFilter {
        JournalFilter(units: units, fields: ["MCP_SERVER"])
    }

    /// Whether an entry that was read belongs to what was asked for.
    func includes(_ entry: JournalEntry) -> Bool {
        guard let server, entry.unit == Self.daemon else { return true }
        return entry.fields["MCP_SERVER"] == server
    }
}

/// Renders a journal entry as one line.
enum LogLine {
    static func render(_ entry: JournalEntry) -> String {
        let who = entry.identifier.isEmpty ? entry.unit : entry.identifier
        let about = entry.fields["MCP_SERVER"].map { " (\($0))" } ?? ""
        return "\(StatusTable.time(entry.realtime)) \(who)\(about): \(entry.message.onOneLine(atMost: 4096))"
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import SystemdKit

/// The kinds of events that the daemon writes to the journal about.
///
/// Every id has an entry in packaging/mcp-stack.catalog; none is ever used for anything else.
enum MessageID {
    /// The daemon watches the stack.
    static let ready: JournalMessageID = "35caeb5de2744b3d807505928bb92852"
    /// The daemon leaves.
    static let stopping: JournalMessageID = "503a3177efe1497fba76985b0d4d6b20"
    /// The daemon cannot run.
    static let cannotRun: JournalMessageID = "f99173c4055d463baeb8881459c1da9d"
    /// A server failed, and systemd starts it again.
    static let serverFailed: JournalMessageID = "dddbeb49e0ae42fc9baaf359e3ec756e"
    /// A server failed, and the daemon restarts it.
    static let serverRestarted: JournalMessageID = "8cba1009bb86444299bf20ab7a9b8331"
    /// A server failed again and stays down.
    static let serverGivenUp: JournalMessageID = "caf276c68a5642d3bf3756228b0fa6ba"
    /// A server is well again.
    static let serverRecovered: JournalMessageID = "4d3b4a9c79ac4910803320c6bd71e0bf"
    /// systemd did not let the daemon restart a unit.
    static let restartRefused: JournalMessageID = "ee348494d2754922b8d3f8de73266cf3"
    /// The connector failed.
    static let connectorFailed: JournalMessageID = "d14d75541fb54aee8a72e9056e7910d0"
    /// The connector failed again and stays down.
    static let connectorGivenUp: JournalMessageID = "a2e0bc3c007d4359945dbd172cbc62ec"
    /// The connector is well again.
    static let connectorRecovered: JournalMessageID = "7af6ee6699004e0cbd1e1be29feea4ca"
    /// Another stack is watched from now on.
    static let stateReread: JournalMessageID = "0ad4033a38dc441eb5ebf51f9d217686"
    /// The description of the installed stack cannot be used.
    static let stateUnusable: JournalMessageID = "4421e8a55b724830898416aaef397ebb"
    /// systemd or the journal cannot be watched for now.
    static let watchInterrupted: JournalMessageID = "837ee4ea7eb843f28004b901c47ee49c"

    /// All ids.
    static let all = problems + [ready, stopping, stateReread]

    /// The ids of entries that `mcp-stack status` and the built-in server list as recent problems.
    static let problems = [
        cannotRun, serverFailed, serverRestarted, serverGivenUp, serverRecovered, restartRefused, connectorFailed,
        connectorGivenUp, connectorRecovered, stateUnusable, watchInterrupted,
    ]
}

extension JournalFieldName {
    /// The server that an entry is about.
    static let server: JournalFieldName = "MCP_SERVER"
    /// The unit that an entry is about.
    static let subjectUnit: JournalFieldName = "MCP_UNIT"
    /// Why it happened.
    static let cause: JournalFieldName = "MCP_CAUSE"
    /// What helps.
    static let remedy: JournalFieldName = "MCP_REMEDY"
}

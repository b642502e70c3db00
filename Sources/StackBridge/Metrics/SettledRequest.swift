// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// A request that needs no answer any more.
struct SettledRequest: Equatable {
    /// How it came out.
    enum Outcome: Int, CaseIterable {
        /// With a result.
        case ok
        /// With an error, of the server or on its behalf.
        case error
        /// The client gave it up.
        case cancelled
        /// The bridge did not pass it on.
        case refused

        /// The outcome as a label.
        var label: String {
            switch self {
            case .ok: "ok"
            case .error: "error"
            case .cancelled: "cancelled"
            case .refused: "refused"
            }
        }
    }

    var method: RequestMethod
    var outcome: Outcome
    /// How long the server took; nil when the answer is not the server's.
    var duration: TimeAmount?
}

/// Why a session ended.
enum SessionEnding: String, CaseIterable {
    /// The client ended it, or has gone.
    case client
    /// Nothing was open for too long.
    case idle
    /// It reached the greatest age.
    case age
    /// The server ended, or could not be started.
    case server
    /// The server refused `initialize`.
    case refused
    /// The bridge was stopped.
    case stopped
}

/// How a child ended, as far as metrics tell it apart.
enum ChildEnding: String, CaseIterable {
    /// The bridge took it down: its session is over, or the bridge stops.
    case wanted
    /// It exited with status 0 though it was still used.
    case exited
    /// It exited with another status.
    case failed
    /// A signal killed it.
    case signalled
    /// It could not be understood, closed its output, or gave no sign of life.
    case broken
}

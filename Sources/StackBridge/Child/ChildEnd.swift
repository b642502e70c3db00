// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The end of a child that was still used.
struct ChildEnd {
    /// The end as a phrase that clients may read too.
    var cause: String
    var ending: ChildEnding
    /// The last line of its standard error that says something of it.
    var lastWords: String?

    /// The end for the operator: a client has no business with the server's log, which may hold anything.
    var trouble: String { lastWords.map { "\(cause): \($0)" } ?? cause }

    /// The same, with how many requests waited for it, if any did.
    func trouble(waiting: Int) -> String {
        switch waiting {
        case 0: trouble
        case 1: "\(trouble); 1 request was waiting"
        default: "\(trouble); \(waiting) requests were waiting"
        }
    }
}

extension ExitStatus {
    /// The kind of end.
    var ending: ChildEnding {
        switch self {
        case .exited(0): .exited
        case .exited: .failed
        case .signalled: .signalled
        }
    }
}

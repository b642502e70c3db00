// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

/// Takes a child down: input closed, then SIGTERM, then SIGKILL to its whole process group.
///
/// The child stays a zombie until its group has been killed, which keeps the number of the group from being taken
/// by somebody else.
struct ChildTeardown {
    /// The patience between the steps.
    struct Graces: Sendable {
        /// After closing the input. Servers should exit on its end (MCP, "stdio", shutdown).
        var input = TimeAmount.seconds(3)
        /// After SIGTERM.
        var terminate = TimeAmount.seconds(3)
        /// For the rest of the group, once the child itself has exited.
        var group = TimeAmount.milliseconds(300)
    }

    enum Action: Equatable {
        case closeInput
        case terminateGroup
        case killGroup
        /// Collect the exit status; the child is no more.
        case reap
    }

    private enum Phase {
        case running, inputClosed, terminated, killed, exited, reaped
    }

    private let graces: Graces
    private var phase = Phase.running
    /// When to call `tick` next; nil when only an event can change anything.
    private(set) var deadline: NIODeadline?

    init(graces: Graces = Graces()) {
        self.graces = graces
    }

    var isReaped: Bool { phase == .reaped }

    /// The child is no longer wanted.
    mutating func end(now: NIODeadline) -> [Action] {
        guard phase == .running else { return [] }
        (phase, deadline) = (.inputClosed, now + graces.input)
        return [.closeInput]
    }

    /// The child itself has exited; others of its group may still run.
    mutating func exited(now: NIODeadline) -> [Action] {
        switch phase {
        case .running, .inputClosed, .terminated:
            (phase, deadline) = (.exited, now + graces.group)
            return [.terminateGroup]
        case .killed:
            (phase, deadline) = (.reaped, nil)
            return [.killGroup, .reap]
        case .exited, .reaped:
            return []
        }
    }

    /// Time has passed.
    mutating func tick(now: NIODeadline) -> [Action] {
        guard let deadline, now >= deadline else { return [] }
        switch phase {
        case .inputClosed:
            (phase, self.deadline) = (.terminated, now + graces.terminate)
            return [.terminateGroup]
        case .terminated:
            (phase, self.deadline) = (.killed, nil)
            return [.killGroup]
        case .exited:
            (phase, self.deadline) = (.reaped, nil)
            return [.killGroup, .reap]
        case .running, .killed, .reaped:
            self.deadline = nil
            return []
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc

/// How a process ended.
enum ExitStatus: Equatable {
    case exited(CInt)
    case signalled(CInt)

    /// Looks whether a child has ended, and leaves it a zombie for now; nil while it runs.
    static func peek(_ pid: pid_t) -> ExitStatus? {
        var info = siginfo_t()
        guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return nil }
        guard info._sifields._sigchld.si_pid == pid else { return nil }
        let status = info._sifields._sigchld.si_status
        return info.si_code == CLD_EXITED ? .exited(status) : .signalled(status)
    }

    /// The end as a phrase.
    var cause: String {
        switch self {
        case .exited(let status): "server exited with status \(status)"
        case .signalled(let number): "server was killed by signal \(number)\(Self.name(number))"
        }
    }

    private static func name(_ number: CInt) -> String {
        switch number {
        case SIGKILL: " (SIGKILL)"
        case SIGTERM: " (SIGTERM)"
        case SIGSEGV: " (SIGSEGV)"
        case SIGABRT: " (SIGABRT)"
        case SIGBUS: " (SIGBUS)"
        case SIGSYS: " (SIGSYS)"
        case SIGPIPE: " (SIGPIPE)"
        default: ""
        }
    }
}

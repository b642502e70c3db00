// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import CSpawn
import Glibc

/// A process that was just started, with the pipes to its standard input and from its standard output and error.
struct SpawnedProcess {
    let pid: pid_t
    /// Ours to write to and to close.
    let input: CInt
    /// Ours to read from and to close.
    let output: CInt
    /// Ours to read from and to close.
    let errors: CInt

    /// Why a process could not be started.
    struct Failure: Error {
        enum Code: String {
            case pipe = "cannot create a pipe"
            case spawn = "cannot start"
        }

        var code: Code
        var program: String
        var errorNumber: CInt

        /// The failure as a phrase, such as `cannot start npx: No such file or directory`.
        var cause: String { "\(code.rawValue) \(program): \(String(cString: strerror(errorNumber)))" }
    }

    /// Starts a program, looked up on PATH, in a process group of its own.
    ///
    /// It gets a clean signal state, and no other descriptor of this process.
    static func start(_ command: [String], environment: [String]) throws(Failure) -> SpawnedProcess {
        let program = command.first ?? ""
        var pipes: [Pipe] = []
        do throws(Failure) {
            for _ in 0..<3 { pipes.append(try Pipe(for: program)) }
        } catch {
            for pipe in pipes { pipe.close() }
            throw error
        }
        let (toChild, fromChild, errors) = (pipes[0], pipes[1], pipes[2])
        var pid: pid_t = 0
        let outcome = spawn(
            &pid, command, environment, input: toChild.readEnd, output: fromChild.writeEnd, errors: errors.writeEnd)
        guard outcome == 0 else {
            for pipe in pipes { pipe.close() }
            throw Failure(code: .spawn, program: program, errorNumber: outcome)
        }
        close(toChild.readEnd)
        close(fromChild.writeEnd)
        close(errors.writeEnd)
        return SpawnedProcess(
            pid: pid, input: toChild.writeEnd, output: fromChild.readEnd, errors: errors.readEnd)
    }

    private static func spawn(
        _ pid: inout pid_t, _ command: [String], _ environment: [String], input: CInt, output: CInt, errors: CInt
    ) -> CInt {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        return posix_spawnp(&pid, command.first ?? "", &actions, &attributes, &arguments, &variables)
    }
}

/// A pipe whose ends no child inherits by accident.
private struct Pipe {
    let readEnd: CInt
    let writeEnd: CInt

    init(for program: String) throws(SpawnedProcess.Failure) {
        var ends: [CInt] = [-1, -1]
        guard pipe2(&ends, CInt(O_CLOEXEC)) == 0 else {
            throw SpawnedProcess.Failure(code: .pipe, program: program, errorNumber: errno)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    func close() {
        Glibc.close(readEnd)
        Glibc.close(writeEnd)
    }
}

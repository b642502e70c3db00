// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc
internal import Synchronization

/// A thread of its own that owns one `LoopSource`, drives its poll loop and runs jobs on it.
///
/// libsystemd's readers and connections must stay on one thread for life and block; neither fits the
/// cooperative pool. The thread ends when `stop()` is called or the source reports its end.
final class LoopThread<Source: LoopSource & SendableMetatype>: Sendable {
    typealias Job = @Sendable (Source) -> Void

    private struct Shared {
        var jobs: [Job] = []
        var stopping = false
        var ended = false
    }

    private let shared = Mutex(Shared())
    private let sleeper: Int32
    private let waker: Int32
    private let heartbeat: UInt64

    /// Creates a loop that wakes at least every `heartbeat`, however quiet its source is.
    init(heartbeat: Duration) {
        self.heartbeat = max(heartbeat.microseconds, 10_000)
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        _ = socketpair(AF_UNIX, type, 0, &pair)
        sleeper = pair[0]
        waker = pair[1]
    }

    deinit {
        close(sleeper)
        close(waker)
    }

    /// Starts the thread.
    ///
    /// `make` runs on it; nil means that there is nothing to drive. Returns false when the system has no thread or descriptor to give; `make` is not called then.
    func start(make: @escaping @Sendable () -> Source?) -> Bool {
        guard sleeper >= 0 else { return false }
        let box = ThreadBody { self.run(make) }
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        // Signals belong to the main program; a library's thread must not take them.
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(box)
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// Runs a job on the thread; false when the thread has ended or is about to, and the job will never run.
    func perform(_ job: @escaping Job) -> Bool {
        let accepted = shared.withLock { shared in
            guard !shared.stopping, !shared.ended else { return false }
            shared.jobs.append(job)
            return true
        }
        if accepted { wake() }
        return accepted
    }

    /// Asks the thread to end.
    ///
    /// Jobs accepted before still run.
    func stop() {
        shared.withLock { $0.stopping = true }
        wake()
    }

    private func run(_ make: @Sendable () -> Source?) {
        guard let source = make() else {
            shared.withLock { $0.ended = true }
            return
        }
        var alive = true
        while alive {
            let (jobs, stopping) = takeJobs()
            for job in jobs { job(source) }
            alive = source.turn() && !stopping
            if alive {
                source.beat()
                wait(for: source.wait)
            }
        }
        let rest = shared.withLock { shared in
            shared.ended = true
            defer { shared.jobs = [] }
            return shared.jobs
        }
        for job in rest { job(source) }
        source.end()
    }

    private func takeJobs() -> (jobs: [Job], stopping: Bool) {
        shared.withLock { shared in
            defer { shared.jobs = [] }
            return (shared.jobs, shared.stopping)
        }
    }

    private func wake() {
        // A full buffer means that the thread will wake anyhow.
        _ = send(waker, [1], 1, Int32(MSG_NOSIGNAL))
    }

    private func wait(for request: LoopWait) {
        let now = MonotonicClock.microseconds
        let quiet = request.deadline > now ? min(request.deadline - now, heartbeat) : 0
        var descriptors = [
            pollfd(fd: sleeper, events: Int16(POLLIN), revents: 0),
            pollfd(fd: request.descriptor, events: request.events, revents: 0),
        ]
        // Rounded up, lest the last millisecond be spent spinning.
        _ = poll(&descriptors, 2, Int32(clamping: (quiet + 999) / 1_000))
        var buffer = [UInt8](repeating: 0, count: 64)
        while recv(sleeper, &buffer, buffer.count, 0) == buffer.count {}
    }
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

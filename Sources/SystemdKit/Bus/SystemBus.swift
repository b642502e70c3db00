// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A connection to systemd over the system bus.
///
/// One thread of its own drives it for life. Calls may be made from anywhere; every one of them ends: with an answer,
/// with a time-out, or with `.disconnected` once the connection is gone. A lost connection stays lost; make a new one.
public final class SystemBus: Sendable {
    private let loop: LoopThread<BusConnection>
    private let callTimeout: Duration

    /// What systemd announces, for one consumer; ends with the connection.
    ///
    /// Signals about units come only for those given to `watch(_:)`.
    public let signals: AsyncStream<BusSignal>

    private init(loop: LoopThread<BusConnection>, signals: AsyncStream<BusSignal>, callTimeout: Duration) {
        self.loop = loop
        self.signals = signals
        self.callTimeout = callTimeout
    }

    deinit {
        loop.stop()
    }

    /// Connects to the system bus and subscribes to systemd's signals.
    ///
    /// - Parameters:
    ///   - description: the connection's name in debugging tools.
    ///   - heartbeat: how often `signals` says at least that the thread is alive.
    ///   - callTimeout: how long an ordinary call may take; sd-bus's own default is 25 s.
    /// - Returns: the connection, on which systemd has answered.
    /// - Throws: `BusError` when there is no bus or systemd does not answer on it.
    public static func connect(
        description: String = "mcp-stack", heartbeat: Duration = .seconds(5), callTimeout: Duration = .seconds(25)
    ) async throws(BusError) -> SystemBus {
        let (signals, continuation) = AsyncStream.makeStream(
            of: BusSignal.self, bufferingPolicy: .bufferingOldest(1024))
        let loop = LoopThread<BusConnection>(heartbeat: heartbeat)
        let opened = await withCheckedContinuation { (done: CheckedContinuation<Result<Void, BusError>, Never>) in
            let started = loop.start {
                do throws(BusError) {
                    let connection = try BusConnection(
                        description: description, emitter: SignalEmitter(continuation, heartbeat: heartbeat))
                    connection.listenToManager()
                    done.resume(returning: .success(()))
                    return connection
                } catch {
                    continuation.finish()
                    done.resume(returning: .failure(error))
                    return nil
                }
            }
            if !started {
                done.resume(returning: .failure(BusError(code: .unreachable, message: "cannot start a thread")))
            }
        }
        try opened.get()
        let bus = SystemBus(loop: loop, signals: signals, callTimeout: callTimeout)
        try await bus.call(bus.method("Subscribe", decode: { (_) throws(BusError) in }))
        return bus
    }

    /// Ends the connection; pending calls fail with `.disconnected` and `signals` ends.
    public func close() {
        loop.stop()
    }

    /// Delivers the signals of exactly these units from now on.
    public func watch(_ units: Set<String>) {
        _ = loop.perform { $0.watch(units) }
    }

    /// Makes `signals` deliver a heartbeat now, for a consumer that has something else to look at too.
    public func wakeConsumer() {
        _ = loop.perform { $0.emitter.emit(.heartbeat) }
    }

    /// Lets the next change of the unit be announced again.
    func willAsk(about unit: String) {
        _ = loop.perform { $0.willAsk(about: unit) }
    }

    /// Makes a call and waits for its answer.
    func call<Reply: Sendable>(_ request: MethodCall<Reply>) async throws(BusError) -> Reply {
        let result = await withCheckedContinuation { (done: CheckedContinuation<Result<Reply, BusError>, Never>) in
            let accepted = loop.perform { connection in
                connection.call(request) { done.resume(returning: $0) }
            }
            if !accepted { done.resume(returning: .failure(.closed)) }
        }
        return try result.get()
    }

    /// Waits for a job to end.
    func result(ofJob path: String, timeout: Duration) async -> JobResult {
        let deadline = MonotonicClock.microseconds &+ timeout.microseconds
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (done: CheckedContinuation<JobResult, Never>) in
                let accepted = loop.perform { connection in
                    connection.jobs.wait(forJob: path, until: deadline) { done.resume(returning: $0) }
                }
                if !accepted { done.resume(returning: .refused(.closed)) }
            }
        } onCancel: {
            _ = loop.perform { $0.jobs.abandon(path) }
        }
    }

    /// Whether a job of the unit was seen to succeed at or after a moment of CLOCK_MONOTONIC.
    func finishedJob(of unit: String, since time: UInt64) async -> Bool {
        await withCheckedContinuation { done in
            let accepted = loop.perform { connection in
                done.resume(returning: connection.jobs.finishedJob(of: unit, since: time))
            }
            if !accepted { done.resume(returning: false) }
        }
    }

    /// A call of the manager object.
    func method<Reply: Sendable>(
        _ member: String, timeout: Duration? = nil,
        arguments: @escaping @Sendable (BusMessage) throws(BusError) -> Void = { (_) throws(BusError) in },
        decode: @escaping @Sendable (BusMessage) throws(BusError) -> Reply
    ) -> MethodCall<Reply> {
        MethodCall(member: member, timeout: timeout ?? callTimeout, arguments: arguments, decode: decode)
    }
}

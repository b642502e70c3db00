// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc
import MCPKit
import NIOCore
import NIOPosix

/// A running child: its pipes, its messages, its end.
///
/// Confined to the event loop.
final class LiveChild: ServerLink {
    let id: LinkID
    let pid: pid_t
    let startedAt: NIODeadline
    /// Since when it is not known whether the child still does anything; any message of it ends that.
    var suspectSince: NIODeadline?
    private let speaks: Bool
    private let eventLoop: any EventLoop
    private var events: LinkEvents?
    private var reaped: (() -> Void)?
    private var teardown: ChildTeardown
    private var channel: (any Channel)?
    private var handler: ChildPipeHandler?
    private var unsent: [ByteBuffer] = []
    private var inputIsClosed = false
    private var hasOutput = true
    private var exit: ExitStatus?
    private let errors: ChildErrors

    /// Starts the child; what one that does not speak on its standard output writes there is noise.
    init(
        _ id: LinkID, _ command: [String], environment: [String], graces: ChildTeardown.Graces,
        on eventLoop: any EventLoop, events: LinkEvents, speaks: Bool = true
    ) throws(SpawnedProcess.Failure) {
        let process = try SpawnedProcess.start(command, environment: environment)
        self.id = id
        self.speaks = speaks
        self.pid = process.pid
        self.startedAt = .now()
        self.eventLoop = eventLoop
        self.events = events
        self.reaped = events.reaped
        self.teardown = ChildTeardown(graces: graces)
        self.errors = ChildErrors(process.errors, on: eventLoop, output: events.log)
        connect(process)
    }

    /// Whether it serves somebody: nobody has ended it, nor has it ended.
    var isInUse: Bool { events != nil }

    /// The bytes that the child has not taken yet; none as long as there are few.
    var queuedBytes: Int {
        if let channel, channel.isWritable { return 0 }
        let inChannel = try? channel?.syncOptions?.getOption(.bufferedWritableBytes)
        return unsent.reduce(inChannel ?? 0) { $0 + $1.readableBytes }
    }

    /// Whether reading from the child stops for now.
    var isPaused: Bool {
        get { handler?.isPaused ?? false }
        set { if handler?.isPaused != newValue { handler?.isPaused = newValue } }
    }

    /// Writes one line; pipes have no header fields.
    func send(_ message: ByteBuffer, fields: [HTTPField]) {
        guard !inputIsClosed else { return }
        var line = message
        line.writeInteger(UInt8(ascii: "\n"))
        if let channel {
            channel.writeAndFlush(line, promise: nil)
        } else {
            unsent.append(line)
        }
    }

    /// Takes the child down.
    func end() {
        events = nil
        handler?.isPaused = false
        perform(teardown.end(now: .now()))
    }

    /// Looks whether the child has exited.
    func poll() {
        guard exit == nil, let status = ExitStatus.peek(pid) else { return }
        exit = status
        perform(teardown.exited(now: .now()))
        if !hasOutput { tellEnd() }
    }
}

// MARK: What the pipe handler reports

extension LiveChild {
    func receive(line: ByteBuffer) {
        suspectSince = nil
        guard let events else { return }
        guard speaks else { return events.noise(Self.printable(line)) }
        guard let messages = JSONRPCMessage.messages(in: line) else {
            return events.noise("not a message on the server's stdout: \(Self.printable(line))")
        }
        for message in messages { self.events?.message(message) }
    }

    /// The child is taken down for a cause of the bridge's own.
    func giveUp(_ cause: String) {
        tellEnd(cause)
        end()
    }

    /// One answer that is too long fails one request; the others that this child serves go on.
    func receive(_ line: LineTooLong) {
        guard let events else { return }
        let size = "more than \(line.maximum >> 20) MiB"
        if let number = line.answeredNumber {
            let error = JSONRPCError(.internalError, "The server's answer has \(size)")
            if let message = try? JSONRPCMessage(parsing: error.response(id: JSONText(number))) {
                events.message(message)
            }
        }
        self.events?.noise("not a message on the server's stdout: a line of \(size)")
    }

    /// The output is closed.
    ///
    /// The exit status normally follows at once; without it the child is taken down.
    func outputEnded() {
        hasOutput = false
        poll()
        guard exit == nil else { return tellEnd() }
        guard speaks else { return }
        perform(teardown.end(now: .now()))
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.tellEnd() }
    }

    /// One line, without control characters, of bounded length.
    private static func printable(_ line: ByteBuffer) -> String {
        let text = String(decoding: line.readableBytesView.prefix(500), as: UTF8.self)
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}

extension LiveChild {
    private func connect(_ process: SpawnedProcess) {
        let handler = ChildPipeHandler(self)
        self.handler = handler
        let bound = NIOLoopBound(handler, eventLoop: eventLoop)
        let connecting = NIOPipeBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 4)
            .channelOption(.writeBufferWaterMark, value: .init(low: 1 << 16, high: 1 << 18))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .takingOwnershipOfDescriptors(input: process.output, output: process.input)
        connecting.assumeIsolated().whenComplete { outcome in
            switch outcome {
            case .success(let channel):
                self.channel = channel
                for line in self.unsent { channel.write(line, promise: nil) }
                self.unsent = []
                channel.flush()
                if self.inputIsClosed { channel.close(mode: .output, promise: nil) }
            case .failure(let error):
                close(process.input)
                close(process.output)
                self.hasOutput = false
                // Not at once: the session that is to hear of it is still being made.
                self.eventLoop.assumeIsolated().execute {
                    self.tellEnd("cannot talk to the server: \(error)")
                    self.perform(self.teardown.end(now: .now()))
                }
            }
        }
    }

    private func tellEnd(_ cause: String? = nil) {
        guard let events else { return }
        self.events = nil
        errors.drain()
        events.ended(
            ChildEnd(
                cause: cause ?? exit?.cause ?? "server closed its output",
                ending: cause == nil ? exit?.ending ?? .broken : .broken,
                lastWords: cause == nil ? errors.lastWords(of: exit) : nil))
    }

    private func perform(_ actions: [ChildTeardown.Action]) {
        for action in actions {
            switch action {
            case .closeInput:
                inputIsClosed = true
                channel?.close(mode: .output, promise: nil)
            case .terminateGroup: kill(-pid, SIGTERM)
            case .killGroup: kill(-pid, SIGKILL)
            case .reap: reap()
            }
        }
        if let deadline = teardown.deadline {
            eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
                self.perform(self.teardown.tick(now: .now()))
            }
        }
    }

    private func reap() {
        var status: CInt = 0
        waitpid(pid, &status, WNOHANG)
        tellEnd()
        channel?.close(promise: nil)
        errors.close()
        reaped?()
        reaped = nil
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CSystemd
internal import Glibc

/// The sd-bus connection itself, confined to the thread that made it.
final class BusConnection: LoopSource {
    private let bus: OpaquePointer
    private var calls: [ObjectIdentifier: PendingCall] = [:]
    private var alive = true
    private var isWatching = false
    /// The units whose signals are of interest.
    private var watched: Set<String> = []
    /// Those of them whose change was announced and that nobody has asked about since.
    private var announced: Set<String> = []
    var jobs = JobLedger()
    let emitter: SignalEmitter

    /// Opens the system bus.
    init(description: String, emitter: SignalEmitter) throws(BusError) {
        var opened: OpaquePointer?
        let result = sd_bus_open_system_with_description(&opened, description)
        guard result >= 0, let opened else {
            throw BusError(.unreachable, result: result, doing: "cannot open the system bus")
        }
        bus = opened
        self.emitter = emitter
    }

    var wait: LoopWait {
        var deadline: UInt64 = .max
        if sd_bus_get_timeout(bus, &deadline) < 0 { deadline = .max }
        return LoopWait(
            descriptor: sd_bus_get_fd(bus),
            events: Int16(truncatingIfNeeded: sd_bus_get_events(bus)),
            deadline: min(deadline, jobs.nextDeadline))
    }

    func turn() -> Bool {
        while alive {
            let result = sd_bus_process(bus, nil)
            if result < 0 { alive = false }
            if result <= 0 { break }
        }
        jobs.expire(at: MonotonicClock.microseconds)
        return alive && sd_bus_is_open(bus) > 0
    }

    func beat() {
        emitter.beat()
    }

    func end() {
        alive = false
        for call in calls.values { call.finish(.failure(.closed)) }
        calls = [:]
        jobs.abandonAll()
        // Floating slots are released with the connection; their callbacks are not called any more.
        sd_bus_flush_close_unref(bus)
        emitter.finish()
    }

    /// Starts a method call of systemd; `finish` is called exactly once, on this thread.
    func call<Reply: Sendable>(
        _ request: MethodCall<Reply>, finish: @escaping @Sendable (Result<Reply, BusError>) -> Void
    ) {
        do throws(BusError) {
            guard alive else { throw BusError.closed }
            var made: OpaquePointer?
            let result = sd_bus_message_new_method_call(
                bus, &made, Systemd.name, request.path, request.interface, request.member)
            guard result >= 0, let made else {
                throw BusError(.badArgument, result: result, doing: "cannot make a call of \(request.member)")
            }
            defer { sd_bus_message_unref(made) }
            try request.arguments(BusMessage(raw: made))
            try send(made, timeout: request.timeout) { (reply: Result<BusMessage, BusError>) in
                finish(reply.flatMap { message in Result { () throws(BusError) in try request.decode(message) } })
            }
        } catch {
            finish(.failure(error))
        }
    }

    /// Makes the signals of these units known, in place of those of the units before.
    func watch(_ units: Set<String>) {
        watched = units
        announced = []
        guard alive, !isWatching else { return }
        isWatching = true
        // One rule for all units: dbus-daemon limits the rules of a connection, and a set look-up is cheap.
        addMatch(
            "type='signal',sender='\(Systemd.name)',interface='org.freedesktop.DBus.Properties',"
                + "member='PropertiesChanged',path_namespace='\(Systemd.unitPrefix)'")
    }

    /// Takes note that somebody is about to ask for the unit's properties.
    func willAsk(about unit: String) {
        announced.remove(unit)
    }

    /// Installs the rule for the manager's own signals.
    func listenToManager() {
        addMatch("type='signal',sender='\(Systemd.name)',path='\(Systemd.path)',interface='\(Systemd.manager)'")
    }

    private func addMatch(_ rule: String) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        let handler: sd_bus_message_handler_t = { message, context, _ in
            guard let message, let context else { return 0 }
            Unmanaged<BusConnection>.fromOpaque(context).takeUnretainedValue().received(BusMessage(raw: message))
            return 0
        }
        // Without an install callback sd-bus closes the connection when the rule is refused: loud, and handled.
        if sd_bus_add_match_async(bus, nil, rule, handler, nil, me) < 0 { alive = false }
    }

    private func send(
        _ message: OpaquePointer, timeout: Duration,
        reply: @escaping (Result<BusMessage, BusError>) -> Void
    ) throws(BusError) {
        let call = PendingCall(owner: self, finish: reply)
        let handler: sd_bus_message_handler_t = { message, context, _ in
            guard let message, let context else { return 0 }
            let call = Unmanaged<PendingCall>.fromOpaque(context).takeUnretainedValue()
            call.owner.answered(call, with: message)
            return 0
        }
        let result = sd_bus_call_async(
            bus, nil, message, handler, Unmanaged.passUnretained(call).toOpaque(), timeout.microseconds)
        guard result >= 0 else {
            if result == -ENOTCONN || result == -ECONNRESET { throw BusError.closed }
            throw BusError(.badArgument, result: result, doing: "cannot send a call")
        }
        calls[ObjectIdentifier(call)] = call
    }

    private func answered(_ call: PendingCall, with message: OpaquePointer) {
        calls[ObjectIdentifier(call)] = nil
        guard let error = sd_bus_message_get_error(message) else {
            call.finish(.success(BusMessage(raw: message)))
            return
        }
        let name = error.pointee.name.map { String(cString: $0) } ?? ""
        let text = error.pointee.message.map { String(cString: $0) } ?? ""
        call.finish(.failure(BusError(name: name, message: text)))
    }

    private func received(_ message: BusMessage) {
        guard let member = sd_bus_message_get_member(message.raw).map({ String(cString: $0) }) else { return }
        do throws(BusError) {
            switch member {
            case "PropertiesChanged":
                guard let unit = unit(of: message), watched.contains(unit) else { return }
                announceChange(of: unit)
            case "UnitNew", "UnitRemoved":
                let unit = try message.readString()
                guard watched.contains(unit) else { return }
                emitter.emit(member == "UnitNew" ? .unitNew(unit) : .unitRemoved(unit))
            case "JobRemoved":
                _ = try message.readUInt32()
                let path = try message.readString("o")
                let unit = try message.readString()
                let outcome = JobOutcome(unit: unit, result: JobResult(word: try message.readString()))
                jobs.removed(path: path, outcome: outcome, at: MonotonicClock.microseconds)
                if watched.contains(unit) { emitter.emit(.jobRemoved(outcome)) }
            case "Reloading":
                emitter.emit(.reloading(try message.readBool()))
            default: break
            }
        } catch {
            // A signal of an unknown shape: look at everything instead of guessing.
            emitter.emit(.overflowed)
        }
    }

    /// One change of state makes systemd send a dozen signals; one is enough to ask.
    private func announceChange(of unit: String) {
        guard announced.insert(unit).inserted else { return }
        if !emitter.emit(.unitChanged(unit)) { announced.remove(unit) }
    }

    private func unit(of message: BusMessage) -> String? {
        guard let path = sd_bus_message_get_path(message.raw) else { return nil }
        return Systemd.unit(ofPath: String(cString: path))
    }
}

private final class PendingCall {
    unowned let owner: BusConnection
    let finish: (Result<BusMessage, BusError>) -> Void

    init(owner: BusConnection, finish: @escaping (Result<BusMessage, BusError>) -> Void) {
        self.owner = owner
        self.finish = finish
    }
}

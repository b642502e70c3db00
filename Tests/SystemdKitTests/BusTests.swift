// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Synchronization
import Testing

@testable import SystemdKit

@Suite struct BusTests {
    @Test(arguments: [
        ("252 (252.39-1~deb12u2)", 252), ("257.13-1~deb13u1", 257), ("v256-rc1", 256), ("249.11-0ubuntu3", 249),
    ])
    func readsTheManagersVersion(text: String, major: Int) {
        #expect(SystemdVersion(parsing: text)?.major == major)
        #expect(SystemdVersion(parsing: text)?.description == text)
    }

    @Test(arguments: ["", "systemd", "-3", "0"])
    func refusesWhatIsNoVersion(text: String) {
        #expect(SystemdVersion(parsing: text) == nil)
    }

    @Test func versionsCompareByNumber() {
        #expect(SystemdVersion(major: 252) < SystemdVersion(major: 257))
        #expect(SystemdVersion(parsing: "252 (a)") == SystemdVersion(parsing: "252.1"))
    }

    @Test func escapesUnitNamesIntoPathsAndBack() throws {
        let path = try Systemd.path(ofUnit: "mcp-server-a1.service")
        #expect(path == "/org/freedesktop/systemd1/unit/mcp_2dserver_2da1_2eservice")
        #expect(Systemd.unit(ofPath: path) == "mcp-server-a1.service")
        #expect(Systemd.unit(ofPath: "/org/freedesktop/systemd1") == nil)
    }

    @Test(arguments: [
        ("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", BusError.Code.accessDenied),
        ("org.freedesktop.DBus.Error.AccessDenied", .accessDenied),
        ("org.freedesktop.systemd1.NoSuchUnit", .noSuchUnit),
        ("org.freedesktop.DBus.Error.NoReply", .timedOut),
        ("org.freedesktop.systemd1.LoadFailed", .refused),
    ])
    func sortsErrorsByTheirName(name: String, code: BusError.Code) {
        #expect(BusError(name: name, message: "m").code == code)
        #expect(BusError(name: name, message: "").message == name)
    }

    @Test func takesOverPropertiesOfInterestOnly() {
        var properties = UnitProperties(name: "a.service")
        properties.set("ActiveState", to: .string("failed"))
        properties.set("NRestarts", to: .number(3))
        properties.set("ActiveState", to: .number(1))
        properties.set("StatusErrno", to: .number(10))
        properties.set("Whatever", to: .bool(true))
        #expect(properties.activeState == .failed)
        #expect(properties.restarts == 3)
        #expect(properties.statusErrno == 10)
        properties.set("ActiveState", to: .string("levitating"))
        #expect(properties.activeState == .unknown)
    }
}

@Suite struct JobLedgerTests {
    private final class Results: Sendable {
        let all = Mutex<[JobResult]>([])
        var taken: [JobResult] { all.withLock { $0 } }
        func take(_ result: JobResult) { all.withLock { $0.append(result) } }
    }

    private let done = JobOutcome(unit: "a.service", result: .done)

    @Test func aJobThatEndedBeforeItWasAwaitedIsRemembered() {
        var ledger = JobLedger()
        let results = Results()
        ledger.removed(path: "/1", outcome: done, at: 5)
        ledger.wait(forJob: "/1", until: 10) { results.take($0) }
        #expect(results.taken == [.done])
        #expect(ledger.nextDeadline == .max)
    }

    @Test func aJobEndsForItsWaiterOnly() {
        var ledger = JobLedger()
        let results = Results()
        ledger.wait(forJob: "/1", until: 10) { results.take($0) }
        ledger.removed(path: "/2", outcome: done, at: 5)
        #expect(results.taken == [])
        ledger.removed(path: "/1", outcome: JobOutcome(unit: "a.service", result: .failed), at: 6)
        #expect(results.taken == [.failed])
    }

    @Test func waitingEndsAtItsDeadline() {
        var ledger = JobLedger()
        let results = Results()
        ledger.wait(forJob: "/1", until: 10) { results.take($0) }
        #expect(ledger.nextDeadline == 10)
        ledger.expire(at: 9)
        #expect(results.taken == [])
        ledger.expire(at: 10)
        ledger.abandonAll()
        #expect(results.taken == [.stillRunning])
    }

    @Test func everyWaiterHearsOfTheEndOfTheConnection() {
        var ledger = JobLedger()
        let results = Results()
        ledger.wait(forJob: "/1", until: 10) { results.take($0) }
        ledger.wait(forJob: "/2", until: 10) { results.take($0) }
        ledger.abandonAll()
        #expect(results.taken == [.refused(.closed), .refused(.closed)])
    }

    @Test func onlySuccessfulJobsAfterTheUnitWentDownCountAsStops() {
        var ledger = JobLedger()
        ledger.removed(path: "/1", outcome: JobOutcome(unit: "a.service", result: .failed), at: 50)
        #expect(!ledger.finishedJob(of: "a.service", since: 40))
        ledger.removed(path: "/2", outcome: done, at: 60)
        #expect(ledger.finishedJob(of: "a.service", since: 60))
        #expect(!ledger.finishedJob(of: "a.service", since: 61))
        #expect(!ledger.finishedJob(of: "b.service", since: 0))
    }

    @Test func memoryIsBounded() {
        var ledger = JobLedger()
        let results = Results()
        for number in 0..<20_000 {
            ledger.removed(path: "/\(number)", outcome: JobOutcome(unit: "u\(number)", result: .done), at: 1)
        }
        ledger.wait(forJob: "/0", until: 10) { results.take($0) }
        ledger.wait(forJob: "/19999", until: 10) { results.take($0) }
        #expect(results.taken == [.done])
        #expect(!ledger.finishedJob(of: "u0", since: 0))
        #expect(ledger.finishedJob(of: "u19999", since: 0))
    }
}

@Suite struct SignalEmitterTests {
    @Test func aLossIsToldOnceThereIsRoom() async {
        let (signals, continuation) = AsyncStream.makeStream(of: BusSignal.self, bufferingPolicy: .bufferingOldest(2))
        let emitter = SignalEmitter(continuation, heartbeat: .seconds(1))
        #expect(emitter.emit(.unitNew("a")))
        #expect(emitter.emit(.unitNew("b")))
        #expect(!emitter.emit(.unitNew("c")))
        var iterator = signals.makeAsyncIterator()
        #expect(await iterator.next() == .unitNew("a"))
        #expect(await iterator.next() == .unitNew("b"))
        #expect(emitter.emit(.unitNew("d")))
        #expect(await iterator.next() == .overflowed)
        #expect(await iterator.next() == .unitNew("d"))
        emitter.finish()
        #expect(await iterator.next() == nil)
    }
}

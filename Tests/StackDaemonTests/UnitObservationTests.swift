// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Supervision
import SystemdKit
import Testing

@testable import StackDaemon
@testable import StackObservation

@Suite struct UnitObservationTests {
    typealias Row = (ActiveState, String, String, UInt32, UnitObservation.Activity)

    @Test(
        arguments: [
            (.active, "running", "loaded", 0, .active), (.reloading, "reload", "loaded", 0, .active),
            (.activating, "start", "loaded", 1, .activating),
            (.activating, "auto-restart", "loaded", 0, .waitingToRestart),
            (.activating, "auto-restart-queued", "loaded", 7, .waitingToRestart),
            (.deactivating, "stop-sigterm", "loaded", 1, .changing), (.inactive, "dead", "loaded", 0, .inactive),
            (.inactive, "dead", "not-found", 0, .missing), (.inactive, "dead", "masked", 0, .missing),
            (.inactive, "dead", "bad-setting", 0, .missing), (.failed, "failed", "loaded", 0, .failed),
            (.failed, "failed", "loaded", 9, .changing), (.failed, "failed", "not-found", 0, .missing),
            (.unknown, "x", "loaded", 0, .changing),
        ] as [Row])
    func readsSystemdsStates(_ row: Row) {
        var properties = UnitProperties(name: "u.service")
        properties.activeState = row.0
        properties.subState = row.1
        properties.loadState = row.2
        properties.job = row.3
        #expect(UnitObservation(properties).activity == row.4)
    }

    @Test(
        arguments: [
            ("success", 0, ""), ("exit-code", 3, "exit status 3"),
            ("exit-code", 203, "exit status 203: its program cannot be run"), ("signal", 9, "killed by SIGKILL"),
            ("core-dump", 11, "crashed with SIGSEGV"), ("signal", 64, "killed by signal 64"),
            ("watchdog", 6, "it hung, and its watchdog ended it"), ("new-word", 1, "result 'new-word'"),
        ] as [(String, Int32, String)])
    func saysHowAUnitFailed(result: String, status: Int32, words: String) {
        var properties = UnitProperties(name: "u.service")
        properties.result = result
        properties.execMainStatus = status
        #expect(UnitObservation(properties).cause == words)
    }

    @Test func takesOverWhatAServiceSaysOfItself() {
        var properties = UnitProperties(name: "u.service")
        properties.statusText = "busy"
        #expect(UnitObservation(properties).statusText == "busy")
        #expect(!UnitObservation(properties).saysTrouble)
        properties.statusErrno = 10
        #expect(UnitObservation(properties).saysTrouble)
    }
}

private func fromSystemd(_ message: String, _ fields: [String: String] = [:], process: Int32 = 1) -> JournalEntry {
    JournalEntry(
        realtime: 1, priority: .notice, unit: "u.service", message: message, process: process, fields: fields)
}

@Suite struct JournalStoryTests {
    @Test func tellsHowThePreviousRunEnded() {
        let exit = fromSystemd("u.service: Main process exited, code=killed, status=9/KILL")
        let killed = fromSystemd("u.service: Failed with result 'signal'.", ["UNIT_RESULT": "signal"])
        let hung = fromSystemd("u.service: Failed with result 'watchdog'.", ["UNIT_RESULT": "watchdog"])
        let faked = fromSystemd("I hung", ["UNIT_RESULT": "watchdog"], process: 77)
        #expect(
            PreviousRun.ending(in: [exit, killed, faked], unit: "u.service")
                == "the previous run ended by itself: Main process exited, code=killed, status=9/KILL")
        #expect(
            PreviousRun.ending(in: [exit, killed, exit, hung], unit: "u.service")
                == "the previous run hung and was ended by its watchdog")
        #expect(PreviousRun.ending(in: [exit], unit: "u.service") == nil)
        #expect(PreviousRun.ending(in: [killed], unit: "other.service") == nil)
    }

    @Test func theLastJobTellsWhetherAUnitWasStopped() {
        let started = fromSystemd("Started", ["JOB_TYPE": "start", "JOB_RESULT": "done"])
        let stopping = fromSystemd("Stopping", ["JOB_TYPE": "stop"])
        let stopped = fromSystemd("Stopped", ["JOB_TYPE": "stop", "JOB_RESULT": "done"])
        #expect(StopEvidence.wasStopped("u.service", in: [started, stopping, stopped]))
        #expect(!StopEvidence.wasStopped("u.service", in: [stopped, started]))
        #expect(!StopEvidence.wasStopped("u.service", in: []))
        #expect(!StopEvidence.wasStopped("v.service", in: [stopped]))
    }

    @Test func aStopIsRememberedForItsFailureOnly() async {
        var memory = StopMemory()
        var failed = UnitProperties(name: "u.service")
        failed.activeState = .failed
        failed.inactiveEnterTimestampMonotonic = 100
        #expect(await memory.completed(failed) { _ in true }.stoppedByJob)
        #expect(await memory.completed(failed) { _ in false }.stoppedByJob)
        failed.inactiveEnterTimestampMonotonic = 200
        #expect(await memory.completed(failed) { _ in true }.stoppedByJob == false)
        failed.stoppedByJob = true
        _ = await memory.completed(failed) { _ in false }
        failed.stoppedByJob = false
        #expect(await memory.completed(failed) { _ in false }.stoppedByJob)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Testing

@testable import SystemdKit

@Suite struct JournalWritingTests {
    @Test(arguments: ["MESSAGE", "MCP_SERVER", "A", "A1_", String(repeating: "A", count: 64)])
    func acceptsWhatJournaldKeeps(name: String) {
        #expect(JournalFieldName(name)?.text == name)
    }

    @Test(arguments: ["", "_PID", "1A", "mcp_server", "A-B", "A B", "Ä", "A=", String(repeating: "A", count: 65)])
    func refusesWhatJournaldDrops(name: String) {
        #expect(JournalFieldName(name) == nil)
    }

    @Test(arguments: [
        ("35caeb5de2744b3d807505928bb92852", true), ("35CAEB5DE2744B3D807505928BB92852", false),
        ("35caeb5de2744b3d807505928bb9285", false), ("", false),
    ])
    func messageIDsAreThirtyTwoLowerCaseDigits(text: String, isValid: Bool) {
        #expect((JournalMessageID(text) != nil) == isValid)
    }

    @Test func encodesFieldsAsSendvTakesThem() {
        let record = JournalRecord(
            "two\nlines", priority: .warning, id: "35caeb5de2744b3d807505928bb92852",
            fields: [.init("MCP_SERVER", "a=b")])
        let fields = record.encoded(identifier: "me").map { String(decoding: $0, as: UTF8.self) }
        #expect(
            fields == [
                "MESSAGE=two\nlines", "PRIORITY=4", "SYSLOG_IDENTIFIER=me",
                "MESSAGE_ID=35caeb5de2744b3d807505928bb92852", "MCP_SERVER=a=b",
            ])
    }
}

@Suite struct JournalReadingTests {
    @Test func aFilterWithoutUnitsMatchesNothing() {
        #expect(JournalFilter(units: []).alternatives == [["MESSAGE_ID=none"]])
    }

    @Test func onlySystemdIsBelievedAboutOtherUnits() {
        let filter = JournalFilter(
            units: ["a.service"], leastPriority: .alert, messageIDs: ["35caeb5de2744b3d807505928bb92852"])
        #expect(
            filter.alternatives == [
                ["_SYSTEMD_UNIT=a.service", "PRIORITY=0", "PRIORITY=1"],
                ["UNIT=a.service", "_PID=1", "PRIORITY=0", "PRIORITY=1"],
                ["_SYSTEMD_UNIT=a.service", "MESSAGE_ID=35caeb5de2744b3d807505928bb92852"],
            ])
    }

    @Test func aDirectoryWithoutJournalsHasNoEntries() async throws {
        let directory = try Scratch()
        let entries = try await Journal.entries(
            matching: JournalFilter(units: ["a.service"]), last: 5, directory: directory.path)
        #expect(entries.isEmpty)
    }

    @Test func aMissingDirectoryIsAnError() async throws {
        let directory = try Scratch()
        await #expect(throws: JournalError.self) {
            try await Journal.entries(
                matching: JournalFilter(units: ["a.service"]), last: 5, directory: directory.path + "/none")
        }
    }

    @Test func aFollowerBeatsWithoutEntriesAndEndsWhenClosed() async throws {
        let directory = try Scratch()
        let follower = try await JournalFollower.follow(
            JournalFilter(units: ["a.service"]), from: .last(3), heartbeat: .milliseconds(20),
            directory: directory.path)
        var beats = 0
        for await event in follower.events {
            #expect(event == .heartbeat)
            beats += 1
            if beats == 3 { follower.close() }
        }
        #expect(beats >= 3)
        #expect(!follower.isReadable)
    }
}

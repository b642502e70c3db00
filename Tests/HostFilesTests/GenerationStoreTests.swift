// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import HostFiles
import Synchronization
import Testing

@Suite("Generation store")
struct GenerationStoreTests {
    private static let entries: [String: GenerationStore.Entry] = [
        "units/a.service": .file(Array("[Unit]\n".utf8), mode: 0o644), "units/w/a.service": .link("../a.service"),
        "stack.yaml": .file(Array("x".utf8), mode: 0o600),
    ]

    @Test func whatWasStagedIsReadBackWithModesAndLinks() throws {
        try ScratchDirectory.use { scratch in
            let store = GenerationStore(directory: "\(scratch)/etc")
            #expect(try store.current() == nil)
            #expect(try store.numbers() == [])
            try store.stage(1, Self.entries)
            #expect(try store.current() == nil)
            try store.makeCurrent(1)
            #expect(try store.current() == 1)
            #expect(try store.entries(of: 1) == Self.entries)
            #expect(try store.numbers() == [1])
        }
    }

    @Test func transitionsAreRememberedUntilTheyEnd() throws {
        try ScratchDirectory.use { scratch in
            let store = GenerationStore(directory: scratch)
            #expect(try store.transition() == nil)
            try store.begin(.init(from: nil, to: 1))
            #expect(try store.transition() == .init(from: nil, to: 1))
            try store.begin(.init(from: 1, to: 2))
            #expect(try store.transition() == .init(from: 1, to: 2))
            try store.end()
            #expect(try store.transition() == nil)
        }
    }

    /// Stopping before any file operation leaves the old generation in force and whole, or the new one.
    @Test func aStopAnywhereLeavesOneWholeGeneration() throws {
        var steps = 0
        while try isStopped(after: steps) { steps += 1 }
        #expect(steps > 8)
    }

    /// Installs a generation with a stop after some operations; false when there were not that many.
    private func isStopped(after limit: Int) throws -> Bool {
        try ScratchDirectory.use { scratch in
            let calm = GenerationStore(directory: "\(scratch)/etc")
            let old: [String: GenerationStore.Entry] = ["f": .file(Array("old".utf8), mode: 0o644)]
            try calm.stage(1, old)
            try calm.makeCurrent(1)
            let count = Mutex(0)
            let shaky = GenerationStore(
                directory: calm.directory,
                files: HostFiles { (operation) throws(HostFileError) in
                    let taken = count.withLock { value in
                        value += 1
                        return value
                    }
                    if taken > limit { throw HostFileError(.interrupted, operation, errorNumber: 0) }
                })
            var isStopped = false
            do throws(HostFileError) {
                try shaky.stage(2, Self.entries)
                try shaky.makeCurrent(2)
            } catch {
                #expect(error.code == .interrupted)
                isStopped = true
            }
            let current = try #require(try calm.current())
            #expect(try calm.entries(of: current) == (current == 1 ? old : Self.entries))
            #expect(isStopped || current == 2)
            // Whatever was left behind does not keep the next try from working.
            try calm.stage(2, Self.entries)
            try calm.makeCurrent(2)
            #expect(try calm.entries(of: 2) == Self.entries)
            return isStopped
        }
    }

    @Test func aLockIsHeldByOneAtATime() throws {
        try ScratchDirectory.use { scratch in
            let path = "\(scratch)/lock"
            do {
                let lock = try FileLock(path)
                let error = #expect(throws: HostFileError.self) { _ = try FileLock(path) }
                #expect(error?.code == .lock)
                withExtendedLifetime(lock) {}
            }
            _ = try FileLock(path)
        }
    }

    @Test func filesAreNeverOverwrittenByCreateAndAlwaysByReplace() throws {
        try ScratchDirectory.use { scratch in
            let files = HostFiles()
            let path = "\(scratch)/f"
            try files.create(path, "one".utf8, mode: 0o640)
            #expect(throws: HostFileError.self) { try files.create(path, "two".utf8) }
            #expect(try files.read(path) == Array("one".utf8))
            #expect(files.mode(path) == 0o640)
            try files.replace(path, "two".utf8, mode: 0o600)
            #expect(try files.read(path) == Array("two".utf8))
            #expect(files.mode(path) == 0o600)
            #expect(try files.names(in: scratch) == ["f"])
        }
    }

    @Test func removingATreeDoesNotFollowLinks() throws {
        try ScratchDirectory.use { scratch in
            let files = HostFiles()
            try files.makeDirectory("\(scratch)/kept")
            try files.create("\(scratch)/kept/f", "x".utf8)
            try files.makeDirectory("\(scratch)/gone")
            try files.link("\(scratch)/gone/link", to: "\(scratch)/kept")
            try files.removeTree("\(scratch)/gone")
            #expect(files.kind("\(scratch)/gone") == nil)
            #expect(files.kind("\(scratch)/kept/f") == .file)
        }
    }

    @Test func errorsNameThePathAndTheReason() {
        let error = #expect(throws: HostFileError.self) { try HostFiles().create("/nonexistent/f", "".utf8) }
        #expect(error?.description == "cannot open '/nonexistent/f': No such file or directory")
    }
}

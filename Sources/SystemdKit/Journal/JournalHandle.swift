// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CSystemd
internal import Glibc

/// A journal opened for reading, confined to the thread that opened it (sd_journal_open(3)).
final class JournalHandle {
    private static let longestField = 16_384
    private let journal: OpaquePointer
    private var filter = JournalFilter(units: [])

    /// Opens the system journal of this machine, or the journal files of a directory.
    init(directory: String?) throws(JournalError) {
        var opened: OpaquePointer?
        let result =
            if let directory {
                sd_journal_open_directory(&opened, directory, 0)
            } else {
                sd_journal_open(&opened, Int32(SD_JOURNAL_LOCAL_ONLY) | Int32(SD_JOURNAL_SYSTEM))
            }
        guard result >= 0, let opened else {
            throw JournalError(.unavailable, result: result, doing: "cannot open the journal")
        }
        journal = opened
        sd_journal_set_data_threshold(journal, Self.longestField)
    }

    deinit {
        sd_journal_close(journal)
    }

    /// Whether there is any journal file that this process may read.
    var isReadable: Bool {
        sd_journal_has_runtime_files(journal) > 0 || sd_journal_has_persistent_files(journal) > 0
    }

    /// What to wait for until more may have been written.
    var wait: LoopWait {
        var deadline: UInt64 = .max
        if sd_journal_get_timeout(journal, &deadline) < 0 { deadline = .max }
        return LoopWait(
            descriptor: sd_journal_get_fd(journal),
            events: Int16(truncatingIfNeeded: max(sd_journal_get_events(journal), 0)),
            deadline: deadline)
    }

    /// Takes note of changes to the journal's files.
    func process() -> Bool {
        sd_journal_process(journal) >= 0
    }

    /// Makes a filter take effect; the position must be set again afterwards.
    func apply(_ filter: JournalFilter) throws(JournalError) {
        self.filter = filter
        sd_journal_flush_matches(journal)
        for alternative in filter.alternatives {
            for match in alternative {
                try check(sd_journal_add_match(journal, match, 0), "select entries of the journal")
            }
            try check(sd_journal_add_disjunction(journal), "select entries of the journal")
        }
    }

    /// Moves so that `next()` returns the first entry asked for.
    func seek(to start: JournalStart) throws(JournalError) {
        switch start {
        case .after(let cursor):
            try check(sd_journal_seek_cursor(journal, cursor), "find a place in the journal")
            // The entry itself was seen already. When the filter passes over it, the first step finds the one that
            // follows, which was not seen: undo the step.
            if sd_journal_next(journal) > 0, sd_journal_test_cursor(journal, cursor) <= 0 {
                try check(sd_journal_seek_cursor(journal, cursor), "find a place in the journal")
            }
        case .since(let time):
            try check(sd_journal_seek_realtime_usec(journal, time), "find a moment in the journal")
        case .last(let count):
            try check(sd_journal_seek_tail(journal), "find the end of the journal")
            let passed = sd_journal_previous_skip(journal, UInt64(clamping: count) + 1)
            // At the tail, without any matching entry, the library would never see a new one: begin at the head.
            // With fewer entries than asked for, likewise.
            if passed <= Int32(clamping: count) {
                try check(sd_journal_seek_head(journal), "find the beginning of the journal")
            }
        }
    }

    /// The next matching entry; nil when there is none yet.
    func next() throws(JournalError) -> JournalEntry? {
        let result = sd_journal_next(journal)
        try check(result, "read the journal")
        return result > 0 ? read() : nil
    }

    private func read() -> JournalEntry {
        var realtime: UInt64 = 0
        sd_journal_get_realtime_usec(journal, &realtime)
        let process = field("_PID").flatMap { Int32($0) } ?? 0
        let sender = field("_SYSTEMD_UNIT") ?? ""
        var fields: [String: String] = [:]
        for name in filter.fields { fields[name] = field(name) }
        return JournalEntry(
            realtime: realtime,
            cursor: cursor(),
            priority: field("PRIORITY").flatMap { Int($0) }.flatMap { JournalPriority(rawValue: $0) },
            unit: process == 1 ? field("UNIT") ?? sender : sender,
            message: field("MESSAGE") ?? "",
            identifier: field("SYSLOG_IDENTIFIER") ?? "",
            process: process,
            fields: fields)
    }

    private func cursor() -> String {
        var text: UnsafeMutablePointer<CChar>?
        guard sd_journal_get_cursor(journal, &text) >= 0, let text else { return "" }
        defer { free(text) }
        return String(cString: text)
    }

    private func field(_ name: String) -> String? {
        var data: UnsafeRawPointer?
        var length = 0
        guard sd_journal_get_data(journal, name, &data, &length) >= 0, let data else { return nil }
        let prefix = name.utf8.count + 1
        guard length >= prefix else { return nil }
        // The threshold only limits decompression; what is stored plainly arrives whole.
        let end = min(length, prefix + Self.longestField)
        return String(decoding: UnsafeRawBufferPointer(start: data, count: end)[prefix...], as: UTF8.self)
    }

    private func check(_ result: Int32, _ what: String) throws(JournalError) {
        guard result < 0 else { return }
        throw JournalError(.unreadable, result: result, doing: "cannot \(what)")
    }
}

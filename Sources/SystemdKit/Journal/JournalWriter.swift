// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CSystemd
internal import Glibc

/// Writes entries with fields of their own to the journal.
///
/// Where no journald listens, entries vanish without an error (sd_journal_sendv(3)).
public struct JournalWriter: Sendable {
    /// The `SYSLOG_IDENTIFIER` of all entries.
    public let identifier: String

    /// Creates a writer.
    public init(identifier: String) {
        self.identifier = identifier
    }

    /// Writes one entry.
    public func write(_ record: JournalRecord) throws(JournalError) {
        let encoded = record.encoded(identifier: identifier)
        let bytes = encoded.flatMap { $0 }
        let result = bytes.withUnsafeBytes { bytes in
            var offset = 0
            let vectors = encoded.map { field in
                defer { offset += field.count }
                return iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress?.advanced(by: offset)),
                    iov_len: field.count)
            }
            return sd_journal_sendv(vectors, Int32(clamping: vectors.count))
        }
        guard result < 0 else { return }
        throw JournalError(.unwritable, result: result, doing: "cannot write to the journal")
    }
}

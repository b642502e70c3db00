// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// A journal that could not be read or written.
public struct JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it was.
    public let code: Code
    /// The text, for people.
    public let message: String

    init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    init(_ code: Code, result: Int32, doing what: String) {
        self.init(code: code, message: "\(what): \(String(cString: strerror(-result)))")
    }

    /// The message.
    public var description: String { message }

    /// The kinds of failure; a closed set whose labels fit a metric or a journal field.
    public struct Code: Sendable, Hashable {
        private enum Value: String {
            case unavailable
            case unreadable
            case unwritable
        }

        private let value: Value

        /// The journal could not be opened.
        public static let unavailable = Self(value: .unavailable)
        /// The journal could not be searched or read.
        public static let unreadable = Self(value: .unreadable)
        /// journald did not take an entry.
        public static let unwritable = Self(value: .unwritable)

        /// The code as a short word.
        public var label: String { value.rawValue }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// A file operation that failed: what was tried, on which path, and why.
public struct HostFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried.
    public struct Code: Sendable, Hashable {
        private enum Value: String {
            case open, read, write, sync, rename, makeDirectory, link, remove, list, lock, interrupted
        }
        private let value: Value
        /// Opening a file.
        public static let open = Code(value: .open)
        /// Reading a file.
        public static let read = Code(value: .read)
        /// Writing a file.
        public static let write = Code(value: .write)
        /// Bringing a file or a directory to the disk.
        public static let sync = Code(value: .sync)
        /// Giving a file its name.
        public static let rename = Code(value: .rename)
        /// Making a directory.
        public static let makeDirectory = Code(value: .makeDirectory)
        /// Making or reading a symbolic link.
        public static let link = Code(value: .link)
        /// Removing a file.
        public static let remove = Code(value: .remove)
        /// Listing a directory.
        public static let list = Code(value: .list)
        /// Taking the lock.
        public static let lock = Code(value: .lock)
        /// Nothing: the operation was interrupted on purpose, in a test.
        public static let interrupted = Code(value: .interrupted)
        /// A bounded label for metrics and journal fields.
        public var label: String { value.rawValue }
    }

    /// What was tried.
    public var code: Code
    /// The path it was tried on.
    public var path: String
    /// The system's error number, 0 when it was not the system that refused.
    public var errorNumber: Int32

    /// Creates an error with the system's last error number.
    public init(_ code: Code, _ path: String) {
        self.init(code, path, errorNumber: errno)
    }

    /// Creates an error with a known error number.
    public init(_ code: Code, _ path: String, errorNumber: Int32) {
        self.code = code
        self.path = path
        self.errorNumber = errorNumber
    }

    /// Why the system refused, in its own words.
    public var reason: String { String(cString: strerror(errorNumber)) }

    /// One line for people.
    public var description: String {
        let verb =
            switch code {
            case .open: "open"
            case .read: "read"
            case .write: "write"
            case .sync: "sync"
            case .rename: "rename"
            case .makeDirectory: "make the directory"
            case .link: "make the link"
            case .remove: "remove"
            case .list: "list"
            case .lock: "lock"
            default: "change"
            }
        return "cannot \(verb) '\(path)': \(reason)"
    }
}

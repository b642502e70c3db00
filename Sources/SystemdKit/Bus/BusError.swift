// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CSystemd
internal import Glibc

/// A failed conversation with systemd over D-Bus.
public struct BusError: Error, Sendable, Equatable {
    /// What kind of failure it was.
    public let code: Code
    /// The D-Bus error name, such as `org.freedesktop.systemd1.NoSuchUnit`; nil when the failure was local.
    public let name: String?
    /// The text that came with it, for people.
    public let message: String

    /// Creates an error.
    public init(code: Code, name: String? = nil, message: String) {
        self.code = code
        self.name = name
        self.message = message
    }

    /// The kinds of failure; a closed set whose labels fit a metric or a journal field.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case unreachable
            case disconnected
            case timedOut = "timed-out"
            case accessDenied = "access-denied"
            case noSuchUnit = "no-such-unit"
            case refused
            case badReply = "bad-reply"
            case badArgument = "bad-argument"
        }

        private let value: Value

        /// The system bus could not be opened.
        public static let unreachable = Self(value: .unreachable)
        /// The connection ended, or was closed, before the answer came.
        public static let disconnected = Self(value: .disconnected)
        /// No answer came in time.
        public static let timedOut = Self(value: .timedOut)
        /// The caller may not do this (polkit or the bus policy said no).
        public static let accessDenied = Self(value: .accessDenied)
        /// systemd knows no such unit.
        public static let noSuchUnit = Self(value: .noSuchUnit)
        /// systemd answered with another error; `name` tells which.
        public static let refused = Self(value: .refused)
        /// The answer was not of the expected shape.
        public static let badReply = Self(value: .badReply)
        /// A value cannot be put into a D-Bus message.
        public static let badArgument = Self(value: .badArgument)

        /// The code as a short word.
        public var label: String { value.rawValue }

        /// The code as a short word.
        public var description: String { label }
    }
}

extension BusError: CustomStringConvertible {
    /// The message, with the D-Bus name when there is one.
    public var description: String {
        name.map { "\(message) (\($0))" } ?? message
    }
}

extension BusError {
    /// The error that a D-Bus error name stands for.
    ///
    /// Names are those of sd-bus-errors.h and of systemd's src/libsystemd/sd-bus/bus-common-errors.h.
    init(name: String, message: String) {
        let code: Code =
            switch name {
            case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AuthFailed",
                "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
                "org.freedesktop.PolicyKit1.Error.NotAuthorized":
                .accessDenied
            case "org.freedesktop.systemd1.NoSuchUnit": .noSuchUnit
            case "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.NoReply",
                "org.freedesktop.DBus.Error.TimedOut", "System.Error.ETIMEDOUT":
                .timedOut
            case "org.freedesktop.DBus.Error.Disconnected", "System.Error.ECONNRESET": .disconnected
            default: .refused
            }
        self.init(code: code, name: name, message: message.isEmpty ? name : message)
    }

    /// A failed libsystemd call; `result` is its negative errno.
    init(_ code: Code, result: Int32, doing what: String) {
        self.init(code: code, message: "\(what): \(String(cString: strerror(-result)))")
    }

    static let closed = BusError(code: .disconnected, message: "the connection to systemd is closed")
}

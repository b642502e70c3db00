// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CSystemd
internal import Glibc

/// A method call of systemd, ready to be made, and how to read its answer.
struct MethodCall<Reply: Sendable>: Sendable {
    var path = Systemd.path
    var interface = Systemd.manager
    var member: String
    var timeout: Duration
    var arguments: @Sendable (BusMessage) throws(BusError) -> Void
    var decode: @Sendable (BusMessage) throws(BusError) -> Reply
}

/// The names under which systemd is found on the bus (org.freedesktop.systemd1(5)).
enum Systemd {
    static let name = "org.freedesktop.systemd1"
    static let path = "/org/freedesktop/systemd1"
    static let manager = "org.freedesktop.systemd1.Manager"
    static let unitPrefix = "/org/freedesktop/systemd1/unit"

    /// The object path of a unit, escaped as sd_bus_path_encode(3) does.
    static func path(ofUnit unit: String) throws(BusError) -> String {
        var encoded: UnsafeMutablePointer<CChar>?
        let result = sd_bus_path_encode(unitPrefix, unit, &encoded)
        guard result >= 0, let encoded else {
            throw BusError(.badArgument, result: result, doing: "cannot name the unit '\(unit)'")
        }
        defer { free(encoded) }
        return String(cString: encoded)
    }

    /// The unit that an object path stands for; nil when it is not a unit's.
    static func unit(ofPath path: String) -> String? {
        var decoded: UnsafeMutablePointer<CChar>?
        guard sd_bus_path_decode(path, unitPrefix, &decoded) > 0, let decoded else { return nil }
        defer { free(decoded) }
        return String(cString: decoded)
    }
}

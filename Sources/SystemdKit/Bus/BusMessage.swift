// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import CSystemd

/// A D-Bus message being built or read, on the thread that owns its connection.
///
/// Only the non-variadic half of sd-bus is used: Swift cannot call C variadics.
struct BusMessage {
    let raw: OpaquePointer

    /// Appends a string, or an object path.
    func append(_ string: String, type: Character = "s") throws(BusError) {
        try check(string.withCString { sd_bus_message_append_basic(raw, Self.code(type), $0) }, "append a string")
    }

    /// Appends an array of strings.
    func append(_ strings: [String]) throws(BusError) {
        try check(sd_bus_message_open_container(raw, Self.code("a"), "s"), "open an array")
        for string in strings { try append(string) }
        try check(sd_bus_message_close_container(raw), "close an array")
    }

    /// Reads a string, object path or signature.
    func readString(_ type: Character = "s") throws(BusError) -> String {
        var pointer: UnsafePointer<CChar>?
        try check(sd_bus_message_read_basic(raw, Self.code(type), &pointer), "read a string")
        return pointer.map { String(cString: $0) } ?? ""
    }

    /// Reads an unsigned 32-bit number.
    func readUInt32() throws(BusError) -> UInt32 {
        var value: UInt32 = 0
        try check(sd_bus_message_read_basic(raw, Self.code("u"), &value), "read a number")
        return value
    }

    /// Reads a boolean.
    func readBool() throws(BusError) -> Bool {
        var value: Int32 = 0
        try check(sd_bus_message_read_basic(raw, Self.code("b"), &value), "read a boolean")
        return value != 0
    }

    /// Enters each element of an array in turn.
    func forEach(
        in contents: String, _ body: (BusMessage) throws(BusError) -> Void
    ) throws(BusError) {
        try check(sd_bus_message_enter_container(raw, Self.code("a"), contents), "enter an array")
        while true {
            let more = sd_bus_message_at_end(raw, 0)
            try check(more, "read an array")
            if more > 0 { break }
            try body(self)
        }
        try check(sd_bus_message_exit_container(raw), "leave an array")
    }

    /// Enters a container for the duration of `body`, which reads all of it.
    func inside<Value>(
        _ type: Character, _ contents: String, _ body: (BusMessage) throws(BusError) -> Value
    ) throws(BusError) -> Value {
        try check(sd_bus_message_enter_container(raw, Self.code(type), contents), "enter a container")
        let value = try body(self)
        try check(sd_bus_message_exit_container(raw), "leave a container")
        return value
    }

    /// Passes over values of the given types.
    func skip(_ types: String) throws(BusError) {
        try check(sd_bus_message_skip(raw, types), "pass over a value")
    }

    /// Reads a variant when it holds a string, number, boolean or job; passes over it and returns nil otherwise.
    ///
    /// A job (`(uo)`) is read as its number.
    func readVariant() throws(BusError) -> BusValue? {
        var type: CChar = 0
        var contents: UnsafePointer<CChar>?
        try check(sd_bus_message_peek_type(raw, &type, &contents), "look at a variant")
        let held = contents.map { String(cString: $0) } ?? ""
        if held == "(uo)" {
            return try inside("v", held) { (message) throws(BusError) in
                try message.inside("r", "uo") { (message) throws(BusError) in
                    let number = try message.readUInt32()
                    try message.skip("o")
                    return .number(Int64(number))
                }
            }
        }
        guard held.utf8.count == 1, let kind = held.first, "sogbyniquxt".contains(kind) else {
            try skip("v")
            return nil
        }
        return try inside("v", held) { (message) throws(BusError) in
            switch kind {
            case "s", "o", "g": return .string(try message.readString(kind))
            case "b": return .bool(try message.readBool())
            default: return .number(try message.readNumber(kind))
            }
        }
    }

    private func readNumber(_ type: Character) throws(BusError) -> Int64 {
        switch type {
        case "y": return Int64(try readInteger(UInt8.self, type))
        case "n": return Int64(try readInteger(Int16.self, type))
        case "q": return Int64(try readInteger(UInt16.self, type))
        case "i": return Int64(try readInteger(Int32.self, type))
        case "u": return Int64(try readInteger(UInt32.self, type))
        case "x": return try readInteger(Int64.self, type)
        default: return Int64(clamping: try readInteger(UInt64.self, type))
        }
    }

    private func readInteger<Integer: FixedWidthInteger>(
        _: Integer.Type, _ type: Character
    ) throws(BusError) -> Integer {
        var value: Integer = 0
        try check(
            withUnsafeMutableBytes(of: &value) {
                sd_bus_message_read_basic(raw, Self.code(type), $0.baseAddress)
            }, "read a number")
        return value
    }

    private static func code(_ type: Character) -> CChar {
        CChar(bitPattern: type.asciiValue ?? 0)
    }

    private func check(_ result: Int32, _ what: String) throws(BusError) {
        guard result < 0 else { return }
        throw BusError(.badReply, result: result, doing: "cannot \(what)")
    }
}

/// A simple value out of a variant.
enum BusValue {
    case string(String)
    case number(Int64)
    case bool(Bool)
}

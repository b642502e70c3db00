// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import NIOCore

extension JSONText {
    /// An object without members, to put some in.
    public static let emptyObject = JSONText(trusted: ByteBuffer(string: "{}"), kind: .object)

    /// An array of strings.
    public init(_ strings: [String]) {
        self.init(strings.map { JSONText($0) })
    }

    /// An array of values.
    public init(_ elements: [JSONText]) {
        var buffer = ByteBuffer(string: "[")
        for (index, element) in elements.enumerated() {
            if index > 0 { buffer.writeString(",") }
            buffer.writeImmutableBuffer(element.bytes)
        }
        buffer.writeString("]")
        self.init(trusted: buffer, kind: .array)
    }

    /// The value `true` or `false`.
    public init(_ boolean: Bool) {
        self.init(trusted: ByteBuffer(string: boolean ? "true" : "false"), kind: .boolean)
    }

    /// The names of an object's members, in order.
    public var memberNames: [String] {
        var names: [String] = []
        forEachMember { name, _ in names.append(name) }
        return names
    }

    /// This object without some members and with others at its end; what stays is spelled as it was.
    public func editing(
        remove isRemoved: (String) -> Bool = { _ in false }, append members: [(name: String, value: JSONText)] = []
    ) -> JSONText {
        var buffer = ByteBuffer(string: "{")
        func add(_ name: String, _ value: ByteBuffer) {
            if buffer.readableBytes > 1 { buffer.writeString(",") }
            buffer.writeJSONString(name)
            buffer.writeString(":")
            buffer.writeImmutableBuffer(value)
        }
        let appended = Set(members.map(\.name))
        forEachMember { name, range in
            guard !isRemoved(name), !appended.contains(name) else { return }
            add(name, bytes.slice(range))
        }
        for member in members { add(member.name, member.value.bytes) }
        buffer.writeString("}")
        return JSONText(trusted: buffer, kind: .object)
    }

    /// This text with the value at a range, which `range(at:)` gave, replaced.
    public func replacing(_ range: Range<Int>, with value: JSONText) -> JSONText {
        JSONText(trusted: replacing([(range, value)]), kind: kind)
    }
}

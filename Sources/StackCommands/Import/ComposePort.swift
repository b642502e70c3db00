// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import LocatedYAML

/// A port that a container publishes on the host (Compose specification, "ports").
struct ComposePort: Equatable {
    /// The address it is published on; nil for every interface.
    var address: String?
    /// The port on the host; nil when Docker picks one.
    var published: Int?
    /// The port in the container.
    var target: Int

    /// Whether other machines reach it.
    var isOpen: Bool {
        guard let address else { return true }
        return !(address.hasPrefix("127.") || address == "::1" || address == "localhost")
    }

    /// Reads the short form `[address:][published:]target[/protocol]` or the long form; nil for ranges, for what is not
    /// TCP, and for anything else.
    init?(_ node: Node) {
        if case .mapping = node.content {
            guard let target = node["target"].flatMap(Self.number) else { return nil }
            if let transport = node["protocol"]?.text, transport != "tcp" { return nil }
            self.target = target
            published = node["published"].flatMap(Self.number)
            address = Self.interface(node["host_ip"]?.text)
            return
        }
        guard let text = node.text.flatMap(Self.filled) else { return nil }
        let halves = text.split(separator: "/", maxSplits: 1)
        guard let ports = halves.first, halves.count == 1 || halves[1] == "tcp" else { return nil }
        var rest = String(ports)
        guard let target = Self.takeLast(&rest) else { return nil }
        self.target = target
        guard !rest.isEmpty else { return }
        rest.removeLast()
        if rest.isEmpty || rest.hasSuffix(":") {
            address = Self.interface(String(rest.dropLast()))
            return
        }
        guard let published = Self.takeLast(&rest) else { return nil }
        self.published = published
        if !rest.isEmpty { address = Self.interface(String(rest.dropLast())) }
    }

    private static func takeLast(_ text: inout String) -> Int? {
        let digits = String(text.reversed().prefix { $0 != ":" }.reversed())
        guard let number = Int(digits), (1...65535).contains(number) else { return nil }
        text.removeLast(digits.count)
        return number
    }

    private static func interface(_ text: String?) -> String? {
        guard let text else { return nil }
        let address = text.filter { $0 != "[" && $0 != "]" }
        return ["", "0.0.0.0", "::"].contains(address) ? nil : address
    }

    private static func number(_ node: Node) -> Int? {
        node.text.flatMap(filled).flatMap { Int($0) }
    }

    /// The text with `${PORT:-3001}` replaced by what stands for unset variables.
    static func filled(_ text: String) -> String? {
        ValueTemplate(text).filled([:]).literal
    }
}

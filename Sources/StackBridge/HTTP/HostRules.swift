// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Which hosts a request may name in `Host` and `Origin`.
///
/// A page in a browser can make a name of its own resolve to 127.0.0.1 (DNS rebinding); the names in these two
/// fields tell such requests apart. Loopback names are always allowed, with any port.
struct HostRules: Sendable, Equatable {
    /// A pattern as `--allow-host` takes it.
    struct Pattern: Sendable, Equatable {
        private enum Name: Sendable, Equatable {
            case any
            case exactly(String)
            case below(String)
        }

        private let name: Name
        private let port: Int?

        /// Reads `name`, `name:port`, `*.name` (any depth below it) or `*`; nil for anything else.
        init?(_ text: String) {
            if text == "*" {
                (name, port) = (.any, nil)
                return
            }
            let isWildcard = text.hasPrefix("*.")
            guard let host = Authority(isWildcard ? String(text.dropFirst(2)) : text) else { return nil }
            name = isWildcard ? .below(host.name) : .exactly(host.name)
            port = host.port
        }

        func allows(_ host: Authority) -> Bool {
            if let port, host.port != port { return false }
            switch name {
            case .any: return true
            case .exactly(let name): return host.name == name
            case .below(let parent): return host.name.hasSuffix("." + parent)
            }
        }
    }

    private static let loopback: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    private let patterns: [Pattern]

    init(_ patterns: [Pattern] = []) {
        self.patterns = patterns
    }

    /// Whether the value of a `Host` field is allowed.
    func allows(host: String) -> Bool {
        guard let host = Authority(host) else { return false }
        return Self.loopback.contains(host.name) || patterns.contains { $0.allows(host) }
    }

    /// Whether the value of an `Origin` field is allowed; the opaque origin `null` never is.
    func allows(origin: String) -> Bool {
        guard let separator = origin.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let rest = origin[separator...]
        guard rest.hasPrefix("://") else { return false }
        return allows(host: String(rest.dropFirst(3)))
    }
}

/// A host name or address with an optional port (RFC 9110, section 7.2), in lower case.
struct Authority: Sendable, Equatable {
    let name: String
    let port: Int?

    /// Reads `name`, `name:port`, `[address]` or `[address]:port`; nil when the text is none of these.
    init?(_ text: String) {
        var name = text.utf8[...]
        var port: Int?
        let isAddress = name.first == UInt8(ascii: "[")
        let bracket = isAddress ? name.firstIndex(of: UInt8(ascii: "]")) : name.startIndex
        guard let bracket else { return nil }
        if let colon = name[bracket...].firstIndex(of: UInt8(ascii: ":")) {
            let digits = name[name.index(after: colon)...]
            guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(Substring(digits)), (0...65535).contains(number)
            else { return nil }
            port = number
            name = name[..<colon]
        }
        if name.last == UInt8(ascii: "."), !isAddress { name.removeLast() }
        let inner = isAddress ? name.dropFirst().dropLast() : name
        guard !inner.isEmpty, isAddress ? name.last == UInt8(ascii: "]") : true,
            inner.allSatisfy({ Self.isAllowed($0, inAddress: isAddress) })
        else { return nil }
        self.name = Substring(name).lowercased()
        self.port = port
    }

    private static func isAllowed(_ byte: UInt8, inAddress: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
            true
        case UInt8(ascii: "-"), UInt8(ascii: "_"): !inAddress
        case UInt8(ascii: ":"): inAddress
        default: false
        }
    }
}

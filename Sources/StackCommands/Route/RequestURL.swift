// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

/// The parts of a URL that choose a rule, read as `cloudflared tunnel ingress rule` reads them: with Go's `url.Parse`.
///
/// The rules are those of `net/url/url.go` of Go 1.26; the parts that choose nothing are only checked.
struct RequestURL: Equatable {
    /// Why a text is no such URL.
    enum Problem: Error, Equatable {
        /// `url.Parse` refuses it.
        case invalid
        /// It has neither a host name nor a scheme.
        case noHostname

        /// The error as cloudflared words it (`cmd/cloudflared/tunnel/ingress_subcommands.go`).
        func message(about text: String) -> String {
            switch self {
            case .invalid: "\(text) is not a valid URL"
            case .noHostname: "\(text) doesn't have a hostname, consider adding a scheme"
            }
        }
    }

    /// The scheme, in lower case; empty when there is none.
    var scheme: String
    /// The host name without port and brackets; empty when there is none.
    var hostname: String
    /// The decoded path.
    var path: [UInt8]

    init(parsing text: String) throws(Problem) {
        // Bytes, because Swift compares and splits characters, and Go does not know them.
        let bytes = Array(text.utf8)
        let (main, fragment) = Self.cut(bytes[...], at: "#")
        guard !main.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .invalid }
        if let fragment { _ = try Self.unescape(fragment) }
        if main.elementsEqual("*".utf8) { throw .noHostname }
        let (scheme, behindScheme) = try Self.splitScheme(main)
        self.scheme = scheme
        var (rest, _) = Self.cut(behindScheme, at: "?")
        hostname = ""
        path = []
        if rest.first != UInt8(ascii: "/") {
            // Whatever follows a scheme without a slash is opaque: neither host nor path.
            if !scheme.isEmpty { return }
            let segment = Self.cut(rest, at: "/").head
            guard !segment.contains(UInt8(ascii: ":")) else { throw .invalid }
        }
        let hasAuthority = rest.starts(with: "//".utf8) && (!scheme.isEmpty || !rest.starts(with: "///".utf8))
        if hasAuthority {
            let behind = rest.dropFirst(2)
            let end = behind.firstIndex(of: UInt8(ascii: "/")) ?? behind.endIndex
            hostname = try Self.hostname(behind[..<end], scheme: scheme)
            rest = behind[end...]
        }
        path = try Self.unescape(rest)
        if hostname.isEmpty, scheme.isEmpty { throw .noHostname }
    }

    private static func cut(
        _ text: ArraySlice<UInt8>, at separator: Unicode.Scalar
    ) -> (head: ArraySlice<UInt8>, tail: ArraySlice<UInt8>?) {
        guard let index = text.firstIndex(of: UInt8(ascii: separator)) else { return (text, nil) }
        return (text[..<index], text[(index + 1)...])
    }

    private static func splitScheme(_ text: ArraySlice<UInt8>) throws(Problem) -> (String, ArraySlice<UInt8>) {
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == text.startIndex { return ("", text) }
            case UInt8(ascii: ":"):
                if index == text.startIndex { throw .invalid }
                return (String(decoding: text[..<index], as: UTF8.self).lowercased(), text[(index + 1)...])
            default: return ("", text)
            }
        }
        return ("", text)
    }

    // MARK: The authority

    private static func hostname(_ authority: ArraySlice<UInt8>, scheme: String) throws(Problem) -> String {
        var host = authority
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
            host = authority[(at + 1)...]
            let user = authority[..<at]
            let isGood = user.allSatisfy { isAlphanumeric($0) || "-._:~!$&'()*+,;=%@".utf8.contains($0) }
            guard isGood else { throw .invalid }
            _ = try unescape(user)
        }
        if let bracket = host.lastIndex(of: UInt8(ascii: "[")) {
            guard bracket == host.startIndex else { throw .invalid }
            return try address(host)
        }
        var name = host
        if let first = host.firstIndex(of: UInt8(ascii: ":")) {
            // Only http and https are held to the one colon that RFC 3986 allows.
            let isStrict = scheme == "http" || scheme == "https"
            let colon = isStrict ? first : host.lastIndex(of: UInt8(ascii: ":")) ?? first
            guard isPort(host[(colon + 1)...]) else { throw .invalid }
            name = host[..<colon]
        }
        return String(decoding: try unescape(name, isHost: true), as: UTF8.self)
    }

    private static func address(_ host: ArraySlice<UInt8>) throws(Problem) -> String {
        guard let end = host.lastIndex(of: UInt8(ascii: "]")) else { throw .invalid }
        let port = host[(end + 1)...]
        guard port.isEmpty || (port.first == UInt8(ascii: ":") && isPort(port.dropFirst())) else { throw .invalid }
        let inner = host[(host.startIndex + 1)..<end]
        var text = try unescape(inner[..<(zoneStart(inner) ?? inner.endIndex)], isHost: true)
        if let start = zoneStart(inner) { text += try unescapeZone(inner[start...]) }
        let (bare, zone) = cut(text[...], at: "%")
        guard zone?.isEmpty != true, IPAddress.isIPv6(String(decoding: bare, as: UTF8.self)) else { throw .invalid }
        return String(decoding: text, as: UTF8.self)
    }

    /// Where the zone of an IPv6 address begins: at an escaped percent sign.
    private static func zoneStart(_ address: ArraySlice<UInt8>) -> Int? {
        address.indices.first { address[$0...].starts(with: "%25".utf8) }
    }

    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    // MARK: Percent signs

    /// Decodes percent signs; in a host name they may only stand for bytes beyond ASCII, or for themselves.
    private static func unescape(_ text: ArraySlice<UInt8>, isHost: Bool = false) throws(Problem) -> [UInt8] {
        try unescape(text) { byte, isEscaped in
            guard isHost else { return true }
            return isEscaped ? byte >= 0x80 || byte == UInt8(ascii: "%") : byte >= 0x80 || isHostByte(byte)
        }
    }

    /// Decodes the zone of an IPv6 address, where more may be escaped (RFC 6874).
    private static func unescapeZone(_ text: ArraySlice<UInt8>) throws(Problem) -> [UInt8] {
        try unescape(text) { byte, isEscaped in
            isHostByte(byte) || (isEscaped ? byte == UInt8(ascii: "%") || byte == UInt8(ascii: " ") : byte >= 0x80)
        }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!$&'()*+,;=:[]<>\"-_.~".utf8.contains(byte)
    }

    private static func unescape(
        _ text: ArraySlice<UInt8>, _ isAllowed: (_ byte: UInt8, _ isEscaped: Bool) -> Bool
    ) throws(Problem) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            let isEscaped = byte == UInt8(ascii: "%")
            var value = byte
            if isEscaped {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    throw .invalid
                }
                value = high << 4 | low
            }
            guard isAllowed(value, isEscaped) else { throw .invalid }
            result.append(value)
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

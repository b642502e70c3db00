// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Plan {
    /// The fingerprint that the gateway answers with once it runs this plan's configuration; nil without a gateway.
    public var gatewayFingerprint: String? {
        text("gateway/nginx.conf").flatMap(GatewayConfiguration.fingerprint(in:))
    }
}

extension GatewayConfiguration {
    /// The path at which the gateway tells the fingerprint of its configuration.
    ///
    /// nginx reads a new configuration some time after it was told to, and keeps the old one when it does not like
    /// the new; only the gateway itself can say which is in force.
    static let fingerprintPath = "/.mcp-stack/configuration"

    /// A configuration with its own fingerprint in the place that `placeholder` keeps.
    static func stamped(_ text: String) -> String {
        guard let place = text.firstRange(of: placeholder) else { return text }
        return text[..<place.lowerBound] + fingerprint(of: text) + text[place.upperBound...]
    }

    static let placeholder = "@FINGERPRINT@"

    /// The fingerprint that a configuration carries.
    static func fingerprint(in text: String) -> String? {
        guard let start = text.firstRange(of: "location = \(fingerprintPath) { return 200 \"") else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }

    /// FNV-1a of the text without comments, which name the generation.
    private static func fingerprint(of text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for line in PlanDiff.essence(text) {
            for byte in line.utf8 {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
        }
        return String(hash, radix: 16)
    }
}

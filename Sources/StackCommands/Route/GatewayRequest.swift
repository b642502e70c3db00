// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// What of a request the gateway of `mode: local` compares with rules: nginx changes both parts first.
struct GatewayRequest: Equatable {
    /// In lower case, without a dot at the end (`ngx_http_validate_host`).
    var hostname: String
    /// Without dot segments, escaped ones included (`ngx_http_parse_complex_uri`; `merge_slashes` is off); nil for a
    /// path that climbs above the root, which nginx refuses.
    var path: [UInt8]?

    init(_ request: RequestURL) {
        let lowercased = request.hostname.lowercased()
        hostname = lowercased.hasSuffix(".") ? String(lowercased.dropLast()) : lowercased
        path = Self.withoutDotSegments(request.path)
    }

    private static func withoutDotSegments(_ path: [UInt8]) -> [UInt8]? {
        // A client asks for the root where a URL has no path.
        guard !path.isEmpty else { return Array("/".utf8) }
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        var kept: [ArraySlice<UInt8>] = []
        var endsInDots = false
        for segment in segments {
            endsInDots = true
            if segment.elementsEqual("..".utf8) {
                guard kept.popLast() != nil else { return nil }
            } else if !segment.elementsEqual(".".utf8) {
                kept.append(segment)
                endsInDots = false
            }
        }
        if endsInDots { kept.append([]) }
        return kept.flatMap { [UInt8(ascii: "/")] + $0 }
    }
}

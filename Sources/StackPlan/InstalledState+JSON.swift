// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials

extension InstalledState {
    /// The text of `state.json`.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and lists always encode.
        guard let data = try? encoder.encode(self) else { return "" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

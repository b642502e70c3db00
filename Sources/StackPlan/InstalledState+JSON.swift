// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials

extension InstalledState {
    /// A `state.json` that cannot be used.
    public enum Unreadable: Error, Equatable, CustomStringConvertible {
        /// It was written by a newer version of the program.
        case newerFormat(Int)
        /// It is not what this program writes.
        case malformed

        /// One line that says so.
        public var description: String {
            switch self {
            case .newerFormat(let format):
                "its format \(format) is newer than \(currentFormat), the newest this version of mcp-stack reads"
            case .malformed: "it is not a state file of mcp-stack"
            }
        }
    }

    /// The text of `state.json`.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and lists always encode.
        guard let data = try? encoder.encode(self) else { return "" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    /// Reads the text of a `state.json`.
    public init(json: String) throws(Unreadable) {
        struct Format: Decodable { var format: Int }
        let data = Data(json.utf8)
        guard let format = try? JSONDecoder().decode(Format.self, from: data) else { throw .malformed }
        guard format.format <= Self.currentFormat else { throw .newerFormat(format.format) }
        guard let state = try? JSONDecoder().decode(Self.self, from: data) else { throw .malformed }
        self = state
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension String {
    /// The text without control characters, so that it can neither fake lines nor command a terminal.
    public func onOneLine(atMost limit: Int) -> String {
        let printable = unicodeScalars.prefix(limit).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: Character(" ")
            default: Character(scalar)
            }
        }
        return String(printable)
    }
}

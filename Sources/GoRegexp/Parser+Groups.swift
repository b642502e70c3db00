// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension Parser {
    /// Reads what opens a group, or `(?i)`, which only changes flags (`parsePerlFlags`).
    mutating func openGroup() throws(Failure) {
        guard at("?", 1) else {
            open(isCapturing: true)
            position += 1
            return
        }
        let start = position
        let rest = text.count - position
        if rest > 4 && at("P", 2) && at("<", 3) || rest > 3 && at("<", 2) {
            let nameStart = position + (at("P", 2) ? 4 : 3)
            guard let end = text[position...].firstIndex(of: 0x3E) else {
                throw failure(.invalidGroupName, start..<text.count)
            }
            // `(?<=` and `(?<!` end up here too: look-behind is no name, in Go's words as well.
            guard nameStart < end, text[nameStart..<end].allSatisfy(ScalarSet.word.contains) else {
                throw failure(.invalidGroupName, start..<(end + 1))
            }
            open(isCapturing: true)
            position = end + 1
            return
        }
        try changeFlags(from: start)
    }

    private mutating func changeFlags(from start: Int) throws(Failure) {
        var index = position + 2
        var changed = flags
        var isOn = true
        var sawFlag = false
        loop: while index < text.count {
            let character = Unicode.Scalar(text[index])
            index += 1
            switch character {
            case "i": changed.foldsCase = isOn
            case "m": changed.isMultiLine = isOn
            case "s": changed.dotMatchesNewline = isOn
            case "U": break
            case "-":
                guard isOn else { break loop }
                isOn = false
                sawFlag = false
                continue
            case ":", ")":
                guard isOn || sawFlag else { break loop }
                position = start
                if character == ":" { open(isCapturing: false) }
                flags = changed
                position = index
                return
            default: break loop
            }
            sawFlag = true
        }
        throw failure(.invalidPerlSyntax, start..<index)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Glibc

/// A directory that goes with the value.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/systemd-kit-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ScratchError() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        rmdir(path)
    }
}

struct ScratchError: Error {}

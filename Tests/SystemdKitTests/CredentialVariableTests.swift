// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import HostFiles
import SystemdKit
import Testing

@Suite("Variables from credentials")
struct CredentialVariableTests {
    @Test(
        arguments: [
            ("A=b", true), ("A=b.c-d_e", true), ("A=b=c", true), ("A=", false), ("=b", false), ("A", false),
            ("A=../b", false), ("", false),
        ])
    func areWrittenAsVariableAndCredential(_ text: String, _ isGood: Bool) {
        #expect((CredentialVariable(parsing: text, content: .value) != nil) == isGood)
    }

    @Test func holdTheCredentialOrItsPath() throws {
        try ScratchDirectory.use { (scratch) throws in
            try HostFiles().create("\(scratch)/c", "s3cret = é".utf8, mode: 0o400)
            let value = try #require(CredentialVariable(parsing: "TOKEN=c", content: .value))
            #expect(try value.entry(in: scratch) == "TOKEN=s3cret = é")
            let path = try #require(CredentialVariable(parsing: "TOKEN_FILE=c", content: .path))
            #expect(try path.entry(in: scratch) == "TOKEN_FILE=\(scratch)/c")
        }
    }

    @Test func whatCannotBeAVariableIsRefusedWithoutItsValue() throws {
        try ScratchDirectory.use { (scratch) throws in
            try HostFiles().create("\(scratch)/binary", [0x73, 0x33, 0x00], mode: 0o400)
            for (text, directory) in [("A=binary", scratch), ("A=missing", scratch), ("A=binary", nil)] {
                let variable = try #require(CredentialVariable(parsing: text, content: .value))
                let failure = #expect(throws: CredentialVariable.Failure.self) { try variable.entry(in: directory) }
                #expect(failure?.description.contains("s3") == false)
                #expect(failure?.description.contains("'A'") == true)
            }
        }
    }
}

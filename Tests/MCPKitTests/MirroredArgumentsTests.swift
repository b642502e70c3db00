// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore
import Testing

/// 2026-07-28, Streamable HTTP, "Custom Headers from Tool Parameters".
@Suite struct MirroredArgumentsTests {
    /// The arguments of one tool, `t`, with those properties in its schema.
    private func mirrored(_ properties: String, _ more: String = "") throws -> MirroredArguments {
        var mirrored = MirroredArguments()
        let schema = #"{"type":"object","properties":{\#(properties)}\#(more)}"#
        let page = #"{"tools":[{"name":"other"},{"name":"t","inputSchema":\#(schema)}]}"#
        mirrored.add(toolsOf: try JSONText(validating: ByteBuffer(string: page)))
        return mirrored
    }

    private func call(_ arguments: String, tool: String = "t") throws -> JSONRPCMessage {
        try JSONRPCMessage(
            parsing: ByteBuffer(
                string:
                    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
            ))
    }

    private static let all =
        #""s":{"type":"string","x-mcp-header":"Text"},"i":{"type":"integer","x-mcp-header":"Number"},"#
        + #""b":{"type":"boolean","x-mcp-header":"Flag"},"#
        + #""o":{"type":"object","properties":{"in":{"type":"string","x-mcp-header":"Inner"}}},"free":{"type":"string"}"#

    private static let values: [(arguments: String, field: String, value: String)] = [
        (#"{"s":"us-west1"}"#, "Text", "us-west1"),
        (#"{"s":"Hello, 世界"}"#, "Text", "=?base64?SGVsbG8sIOS4lueVjA==?="),
        (#"{"s":" padded "}"#, "Text", "=?base64?IHBhZGRlZCA=?="),
        (#"{"s":"line1\nline2"}"#, "Text", "=?base64?bGluZTEKbGluZTI=?="),
        (#"{"s":"=?base64?literal?="}"#, "Text", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        (#"{"s":"a\u0041"}"#, "Text", "aA"),
        (#"{"i":42}"#, "Number", "42"),
        (#"{"i":-7}"#, "Number", "-7"),
        (#"{"i":42.0}"#, "Number", "42"),
        (#"{"i":9007199254740991}"#, "Number", "9007199254740991"),
        (#"{"b":true}"#, "Flag", "true"),
        (#"{"b":false}"#, "Flag", "false"),
        (#"{"o":{"in":"deep"}}"#, "Inner", "deep"),
    ]

    @Test("Value Encoding", arguments: values)
    func valuesAreEncoded(_ arguments: String, _ field: String, _ value: String) throws {
        let mirrored = try mirrored(Self.all)
        let call = try call(arguments)
        #expect(mirrored.fields(of: call) == [HTTPField("Mcp-Param-\(field)", value)])
        #expect(mirrored.mismatch(of: call, fields: [HTTPField("mcp-PARAM-\(field)", value)]) == nil)
    }

    @Test(
        "Client Behavior: nothing is said of what is not there",
        arguments: [
            "{}", #"{"s":null}"#, #"{"s":{}}"#, #"{"s":["x"]}"#, #"{"o":"x"}"#, #"{"free":"x"}"#, "null", "[]",
        ])
    func absentArgumentsHaveNoField(_ arguments: String) throws {
        let mirrored = try mirrored(Self.all)
        let call = try call(arguments)
        #expect(mirrored.fields(of: call) == [])
        #expect(mirrored.mismatch(of: call, fields: []) == nil)
        #expect(mirrored.mismatch(of: call, fields: [HTTPField("Mcp-Param-Free", "y")]) == nil)
        let mismatch = mirrored.mismatch(of: call, fields: [HTTPField("Mcp-Param-Text", "y")])
        #expect(mismatch == "Mcp-Param-Text repeats the body's params.arguments.s, which is not there")
    }

    @Test(
        "Server Validation: a field says what the body says",
        arguments: [
            (#"{"s":"a"}"#, [], "Mcp-Param-Text is missing, and the body's params.arguments.s is not"),
            (#"{"s":"a"}"#, [("Mcp-Param-Text", "b")], "Mcp-Param-Text does not match the body's params.arguments.s"),
            (#"{"s":"a"}"#, [("Mcp-Param-Text", "A")], "Mcp-Param-Text does not match the body's params.arguments.s"),
            (
                #"{"s":"a"}"#, [("Mcp-Param-Text", "a"), ("mcp-param-text", "a")],
                "Mcp-Param-Text stands there more than once"
            ),
            (#"{"s":"a"}"#, [("Mcp-Param-Text", "=?base64?%%%%?=")], "Mcp-Param-Text is not well encoded"),
            (#"{"s":"é"}"#, [("Mcp-Param-Text", "é")], "Mcp-Param-Text is not well encoded"),
            // é in two code points.
            (
                #"{"s":"é"}"#, [("Mcp-Param-Text", "=?base64?ZcyB?=")],
                "Mcp-Param-Text does not match the body's params.arguments.s"
            ),
            (
                #"{"i":42}"#, [("Mcp-Param-Number", "43")],
                "Mcp-Param-Number does not match the body's params.arguments.i"
            ),
            (
                #"{"i":42}"#, [("Mcp-Param-Number", "0x2A")],
                "Mcp-Param-Number does not match the body's params.arguments.i"
            ),
            (
                #"{"i":9007199254740993}"#, [("Mcp-Param-Number", "9007199254740992")],
                "Mcp-Param-Number does not match the body's params.arguments.i"
            ),
            (
                #"{"b":true}"#, [("Mcp-Param-Flag", "True")],
                "Mcp-Param-Flag does not match the body's params.arguments.b"
            ),
            (
                #"{"o":{"in":"x"}}"#, [("Mcp-Param-Inner", "y")],
                "Mcp-Param-Inner does not match the body's params.arguments.o.in"
            ),
        ])
    func mismatchesAreNamed(_ arguments: String, _ fields: [(String, String)], _ mismatch: String) throws {
        let fields = fields.map { HTTPField($0.0, $0.1) }
        #expect(try mirrored(Self.all).mismatch(of: try call(arguments), fields: fields) == mismatch)
    }

    @Test("Server Validation: integers are compared as numbers", arguments: ["42", "42.0", "4.2e1"])
    func integersAreNumbers(_ text: String) throws {
        for spelled in ["42", "42.0", "42.00"] {
            let fields = [HTTPField("Mcp-Param-Number", text)]
            #expect(try mirrored(Self.all).mismatch(of: try call(#"{"i":\#(spelled)}"#), fields: fields) == nil)
        }
    }

    @Test(
        "Schema Extension: a tool that marks wrongly marks nothing",
        arguments: [
            #""b":{"type":"string","x-mcp-header":""}"#,
            #""b":{"type":"string","x-mcp-header":"no token"}"#,
            #""b":{"type":"string","x-mcp-header":"a\r\nb"}"#,
            #""b":{"type":"string","x-mcp-header":1}"#,
            #""b":{"type":"string","x-mcp-header":"good"}"#,
            #""b":{"type":"number","x-mcp-header":"B"}"#,
            #""b":{"x-mcp-header":"B"}"#,
            #""b":{"type":"array","items":{"type":"string","x-mcp-header":"B"}}"#,
            #""b":{"anyOf":[{"type":"string","x-mcp-header":"B"}]}"#,
            #""b":{"type":"object","additionalProperties":{"type":"string","x-mcp-header":"B"}}"#,
            #""b":{"$defs":{"d":{"properties":{"p":{"type":"string","x-mcp-header":"B"}}}}}"#,
        ])
    func wrongMarksCountForNothing(_ property: String) throws {
        let good = #""a":{"type":"string","x-mcp-header":"Good"}"#
        let call = try call(#"{"a":"x","b":"y"}"#)
        #expect(try mirrored(good).fields(of: call) == [HTTPField("Mcp-Param-Good", "x")])
        #expect(try mirrored("\(good),\(property)").fields(of: call) == [])
        #expect(try mirrored("\(good),\(property)").mismatch(of: call, fields: []) == nil)
    }

    @Test func whatOnlyLooksLikeAMarkIsNone() throws {
        let data = #""a":{"type":"string","x-mcp-header":"A","default":{"x-mcp-header":""}}"#
        let mirrored = try mirrored(data, #","examples":[{"x-mcp-header":"Z"}]"#)
        #expect(mirrored.fields(of: try call(#"{"a":"x"}"#)) == [HTTPField("Mcp-Param-A", "x")])
    }

    @Test func toolsAreToldApart() throws {
        var mirrored = try mirrored(Self.all)
        #expect(mirrored.fields(of: try call(#"{"s":"x"}"#, tool: "other")) == [])
        // A later page knows better.
        let page = #"{"tools":[{"name":"t","inputSchema":{"type":"object"}},{},7]}"#
        mirrored.add(toolsOf: try JSONText(validating: ByteBuffer(string: page)))
        #expect(mirrored == MirroredArguments())
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore
import Testing

@testable import MCPKit

@Suite struct JSONRPCMessageTests {
    private func parse(_ text: String) throws -> JSONRPCMessage {
        try JSONRPCMessage(parsing: ByteBuffer(string: text))
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, JSONRPCMessage.Kind.request),
        (#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, .notification),
        (#"{"jsonrpc":"2.0","id":1,"result":{}}"#, .response),
        (#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}"#, .errorResponse),
        (#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}}"#, .errorResponse),
        (#"{"jsonrpc":"2.0","\u0069d":1,"m\u0065thod":"ping"}"#, .request),
    ])
    func tellsKindsApart(_ text: String, _ kind: JSONRPCMessage.Kind) throws {
        #expect(try parse(text).kind == kind)
    }

    @Test(arguments: [
        "[]", "1", #"{"id":1,"method":"x"}"#, #"{"jsonrpc":"1.0","id":1,"method":"x"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":7}"#, #"{"jsonrpc":"2.0","id":1}"#, #"{"jsonrpc":"2.0","result":1}"#,
        #"{"jsonrpc":"2.0","id":1,"result":1,"error":{}}"#, #"{"jsonrpc":"2.0","id":1,"method":"x","result":1}"#,
        #"{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}"#, #"{"jsonrpc":"2.0","id":1,"method":"x","\u006dethod":"y"}"#,
    ])
    func refusesWhatIsNoMessage(_ text: String) throws {
        let error = #expect(throws: JSONRPCParseError.self) { try parse(text) }
        guard case .invalid = error else {
            Issue.record("expected an invalid message, got \(String(describing: error))")
            return
        }
    }

    @Test func tellsBadJSONFromBadMessages() {
        #expect(throws: JSONRPCParseError.syntax(JSONSyntaxError(.unexpectedEnd, at: 1))) { try parse("{") }
    }

    @Test(arguments: [
        "1", "-1.50e2", "\"a\\u0062\"", "\"\"", "null", "true", "[1, 2]", #"{"x": [ ]}"#, "12345678901234567890123",
    ])
    func exchangesIdsOfEveryType(_ id: String) throws {
        let text = #"{ "jsonrpc":"2.0", "params":{"id":9} , "id" : ID, "method":"x","z":"é\u00e9" }"#
        let message = try parse(text.replacing("ID", with: id))
        let sent = message.replacingID(with: JSONText(42))
        #expect(String(buffer: sent) == text.replacing("ID", with: "42"))
        let original = try #require(message.id)
        let back = try JSONRPCMessage(parsing: sent).replacingID(with: original)
        #expect(String(buffer: back) == text.replacing("ID", with: id))
    }

    @Test func exchangesProgressTokensOfRequests() throws {
        let message = try parse(
            #"{"method":"x","params":{"a":[1],"_meta":{"k":0,"progressToken":"t\n"}},"id":"i","jsonrpc":"2.0"}"#)
        #expect(message.progressToken?.stringValue == "t\n")
        #expect(
            String(buffer: message.rewritten(id: JSONText(3), progressToken: JSONText(3)))
                == #"{"method":"x","params":{"a":[1],"_meta":{"k":0,"progressToken":3}},"id":3,"jsonrpc":"2.0"}"#)
    }

    @Test func exchangesProgressTokensOfNotifications() throws {
        let message = try parse(
            #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":3,"progress":0.50}}"#)
        #expect(message.progressToken?.integerValue == 3)
        #expect(
            String(buffer: message.replacingProgressToken(with: JSONText("t")))
                == #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":0.50}}"#
        )
    }

    @Test func leavesOtherTokensAlone() throws {
        let text = #"{"jsonrpc":"2.0","method":"notifications/other","params":{"progressToken":3,"requestId":4}}"#
        let message = try parse(text)
        #expect(message.progressToken == nil)
        #expect(message.cancelledRequestID == nil)
        #expect(String(buffer: message.replacingProgressToken(with: .null)) == text)
        #expect(String(buffer: message.replacingCancelledRequestID(with: .null)) == text)
    }

    @Test func exchangesTheRequestOfACancellation() throws {
        let message = try parse(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r1","reason":"x"}}"#)
        #expect(message.cancelledRequestID?.stringValue == "r1")
        #expect(
            String(buffer: message.replacingCancelledRequestID(with: JSONText(8)))
                == #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8,"reason":"x"}}"#)
    }

    @Test func spellsErrors() throws {
        let response = JSONRPCError(.serverError, "a \"b\"\n").response(id: JSONText("x"))
        #expect(
            String(buffer: response)
                == #"{"jsonrpc":"2.0","id":"x","error":{"code":-32000,"message":"a \"b\"\n"}}"#)
        #expect(try JSONRPCMessage(parsing: JSONRPCError(.parseError, "").response()).id == .null)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

/// An error to answer a request with.
public struct JSONRPCError: Sendable, Equatable {
    /// The number that tells what went wrong (JSON-RPC 2.0, section 5.1).
    public enum Code: Int, Sendable {
        /// The body is not JSON.
        case parseError = -32700
        /// The JSON is no valid message here.
        case invalidRequest = -32600
        /// There is no such method.
        case methodNotFound = -32601
        /// The parameters do not fit the method.
        case invalidParams = -32602
        /// Something failed behind the scenes.
        case internalError = -32603
        /// The general error of implementations.
        case serverError = -32000
        /// The session is not known (as the SDKs number it).
        case sessionNotFound = -32001
        /// A header field is missing or says something else than the body (MCP 2026-07-28, Streamable HTTP).
        case headerMismatch = -32020
        /// The client lacks a capability that the request needs (MCP 2026-07-28).
        case missingCapability = -32021
        /// The version of the protocol is not served (MCP 2026-07-28).
        case unsupportedVersion = -32022

        /// Whether an error with this code is one that only servers of 2026-07-28 and later have.
        public static func isOfStatelessServers(_ code: Int) -> Bool {
            (unsupportedVersion.rawValue...headerMismatch.rawValue).contains(code)
        }
    }

    /// What went wrong, as a number.
    public var code: Code
    /// What went wrong, as a sentence.
    public var message: String
    /// More about it, in a form that belongs to the code.
    public var data: JSONText?

    /// Creates an error.
    public init(_ code: Code, _ message: String, data: JSONText? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// The response that carries this error; without an id it says `"id":null`.
    public func response(id: JSONText? = nil) -> ByteBuffer {
        var buffer = ByteBuffer(string: #"{"jsonrpc":"2.0","id":"#)
        buffer.writeImmutableBuffer((id ?? .null).bytes)
        buffer.writeString(#","error":{"code":\#(code.rawValue),"message":"#)
        buffer.writeJSONString(message)
        if let data {
            buffer.writeString(#","data":"#)
            buffer.writeImmutableBuffer(data.bytes)
        }
        buffer.writeString("}}")
        return buffer
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

extension JSONRPCMessage {
    /// The progress token: of a request in `params._meta.progressToken`, of `notifications/progress` in
    /// `params.progressToken` (MCP, "Progress").
    public var progressToken: JSONText? {
        progressTokenRange.map(text.value(in:))
    }

    /// The message with another progress token, byte for byte otherwise; unchanged when it has none.
    public func replacingProgressToken(with token: JSONText) -> ByteBuffer {
        progressTokenRange.map { text.replacing([($0, token)]) } ?? text.bytes
    }

    /// The id of the request that `notifications/cancelled` names (MCP, "Cancellation"); nil in other messages.
    public var cancelledRequestID: JSONText? {
        cancelledRequestRange.map(text.value(in:))
    }

    /// The cancellation with another request id, byte for byte otherwise.
    public func replacingCancelledRequestID(with id: JSONText) -> ByteBuffer {
        cancelledRequestRange.map { text.replacing([($0, id)]) } ?? text.bytes
    }

    var progressTokenRange: Range<Int>? {
        switch kind {
        case .request: parameterRange(at: "_meta", "progressToken")
        case .notification where method == MCPMethod.progress: parameterRange(at: "progressToken")
        default: nil
        }
    }

    private var cancelledRequestRange: Range<Int>? {
        guard kind == .notification, method == MCPMethod.cancelled else { return nil }
        return parameterRange(at: "requestId")
    }

    /// The byte range of what is at the end of a path of names that begins in `params`, counted from the start of the
    /// message; nil when the path leads nowhere.
    public func parameterRange(at path: String...) -> Range<Int>? {
        parametersRange.flatMap { text.range(at: path, below: $0) }
    }
}

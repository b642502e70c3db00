// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOHTTP1

/// Why the bridge answered a request itself, with an error.
enum RefusalReason: String, CaseIterable {
    /// The body, or what the header says of it, is no acceptable message.
    case message
    /// The version of the protocol is not served.
    case version
    /// The origin is not allowed.
    case origin
    /// The host name is not served.
    case host
    /// There is no such path.
    case path
    /// The method is not allowed.
    case method
    /// There is no such session, or none is named.
    case session
    /// The client takes no kind of answer that there is.
    case accept
    /// The body or the header is too large.
    case size
    /// The body is of the wrong type.
    case type
    /// Sessions are opened too quickly.
    case rate
    /// The bridge is stopping.
    case stopping
    /// Too many sessions are open.
    case sessions
    /// Too many connections are open.
    case connections
    /// Too many requests wait for the server.
    case pending
    /// The server does not read its input.
    case input
    /// The server did not start, or is held back after that.
    case server

    /// The reason that a status alone tells.
    init(_ status: HTTPResponseStatus) {
        self =
            switch status {
            case .forbidden: .origin
            case .notFound: .path
            case .methodNotAllowed: .method
            case .notAcceptable: .accept
            case .payloadTooLarge, .requestHeaderFieldsTooLarge: .size
            case .unsupportedMediaType: .type
            case .misdirectedRequest: .host
            case .tooManyRequests: .rate
            case .serviceUnavailable: .server
            default: .message
            }
    }
}

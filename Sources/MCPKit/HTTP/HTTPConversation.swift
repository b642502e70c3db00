// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import NIOCore

/// A conversation with a server that speaks HTTP, as its client: what is sent for a message, and what an answer means.
///
/// To who uses it the server looks as if it spoke stdio: messages go in, messages come out, and every request gets an
/// answer or an error. Sessions, streams that break, the older pair of endpoints and the header fields of stateless
/// requests are dealt with here (Streamable HTTP, 2025-03-26 to 2026-07-28; HTTP with SSE, 2024-11-05). It does no I/O
/// and reads no clock: every method takes an event and returns what is to be done, in order.
public struct HTTPConversation: Sendable {
    /// An HTTP request to make.
    public struct Request: Sendable, Equatable {
        /// The methods that are used.
        public enum Method: String, Sendable {
            /// Sends a message.
            case post = "POST"
            /// Opens a stream.
            case get = "GET"
            /// Ends the session.
            case delete = "DELETE"
        }

        /// What answers to the request are told apart by.
        public var number: Int
        /// The method.
        public var method: Method
        /// The path, with its query.
        public var path: String
        /// The fields besides `Host` and those about the body's length.
        public var fields: [HTTPField]
        /// The body; nil for none.
        public var body: ByteBuffer?
        /// How long to wait before it is made, in milliseconds.
        public var delay: Int64 = 0

        /// Creates a request.
        public init(number: Int, method: Method, path: String, fields: [HTTPField], body: ByteBuffer? = nil) {
            self.number = number
            self.method = method
            self.path = path
            self.fields = fields
            self.body = body
        }
    }

    /// The head of an answer.
    public struct Head: Sendable, Equatable {
        /// The status.
        public var status: Int
        /// The media type of the body, in lower case and without parameters.
        public var mediaType: String?
        /// The session that the server names.
        public var session: String?
        /// How the server wants clients to sign in (`WWW-Authenticate`).
        public var challenge: String?

        /// Creates a head.
        public init(status: Int, mediaType: String? = nil, session: String? = nil, challenge: String? = nil) {
            self.status = status
            self.mediaType = mediaType
            self.session = session
            self.challenge = challenge
        }

        /// Whether the client has to sign in, or may not.
        public var isRefusal: Bool { status == 401 || status == 403 }

        /// Whether the body is an event stream.
        public var isStream: Bool { status / 100 == 2 && mediaType == "text/event-stream" }
    }

    /// What is to be done.
    public enum Action: Equatable, Sendable {
        /// Make a request. Its answer is reported by `answered`, then `received` for each event of a stream or once
        /// for any other body, and in every case at last `finished`.
        case send(Request)
        /// Give up on a request: its connection is closed, and nothing of it is reported any more.
        case cancel(Int)
        /// The server says something.
        case deliver(JSONRPCMessage)
        /// The server wants the client of a request to sign in, or refuses it: 401 or 403.
        case refuse(id: JSONText, Head)
        /// The conversation cannot go on, for a cause that is a phrase.
        case end(String)
        /// Something for the log.
        case report(String)
    }

    enum Phase: Equatable {
        /// Nothing has been sent, or only stateless requests.
        case fresh
        /// `initialize` is on its way; what follows waits.
        case opening
        /// `notifications/initialized` is on its way; what follows waits.
        case accepting
        case open
        case ended
    }

    /// A request that is being made.
    struct Exchange {
        enum Purpose {
            /// A request of the protocol waits for its answer.
            case request(id: JSONText, method: String)
            /// A notification or a response.
            case message
            /// The stream by which the server speaks unasked.
            case stream
            /// The end of the session.
            case end
        }

        var purpose: Purpose
        var head: Head?
        /// Whether the answer has been delivered.
        var isAnswered = false
        /// From where the rest of the stream can be asked for.
        var lastEvent: String?
        /// How often in a row its stream could not be had.
        var failures = 0
        /// The fields by which its client signs in.
        var credentials: [HTTPField] = []
    }

    let path: String
    let transport: HTTPTransport
    var phase = Phase.fresh
    var session: String?
    var version: String?
    var exchanges: [Int: Exchange] = [:]
    /// The handshake, until it is answered.
    var opening: (message: JSONRPCMessage, fields: [HTTPField])?
    /// The fields by which the client of the session signs in, as the server last let it in.
    var credentials: [HTTPField] = []
    /// What was sent while the handshake was under way.
    var waiting: [(JSONRPCMessage, [HTTPField])] = []
    /// Where messages are posted when the server has a pair of endpoints; nil until it has said so.
    var postPath: String?
    /// Whether the server has a pair of endpoints.
    var isPair: Bool
    /// How long to wait before a stream is asked for again, in milliseconds.
    var retry: Int64 = 1000
    private var lastNumber = 0

    /// Begins a conversation with the server at a path, in silence.
    public init(path: String, transport: HTTPTransport = .streamableHTTP) {
        self.path = path
        self.transport = transport
        isPair = transport == .sse
    }

    /// The bytes of messages that wait for the handshake.
    public var waitingBytes: Int { waiting.reduce(0) { $0 + $1.0.text.bytes.readableBytes } }
}

// MARK: Messages for the server

extension HTTPConversation {
    /// Takes a message for the server, with fields that go along with it.
    public mutating func send(_ message: JSONRPCMessage, fields: [HTTPField] = []) -> [Action] {
        guard phase != .ended else { return [] }
        if Self.isStateless(message), !isPair { return post(message, stateless: true, fields) }
        if message.method == MCPMethod.initialize, message.kind == .request { return open(message, fields) }
        if message.method == MCPMethod.cancelled, let id = message.cancelledRequestID, let number = stateless(id) {
            // There a client gives a request up by closing its connection (2026-07-28, "Cancellation").
            exchanges[number] = nil
            return [.cancel(number)]
        }
        switch phase {
        case .opening, .accepting:
            waiting.append((message, fields))
            return []
        case .fresh, .open:
            if message.method == MCPMethod.initialized { phase = .accepting }
            // Without a session, what says nothing of its version is of the one that has none.
            return post(message, stateless: phase == .fresh && !isPair, fields)
        case .ended: return []
        }
    }

    /// A message, for who does not care what the server says, but whether it takes it.
    public func request(carrying message: JSONRPCMessage, fields: [HTTPField]) -> Request {
        let own = Self.isStateless(message) ? Self.statelessFields(message) : sessionFields
        return Request(
            number: 0, method: .post, path: postPath ?? path, fields: Self.postFields + own + fields,
            body: message.text.bytes)
    }

    private static func isStateless(_ message: JSONRPCMessage) -> Bool {
        message.text.range(at: "params", "_meta", MCPMeta.protocolVersion) != nil
    }

    /// Ends the conversation: the session is closed and nothing that is under way matters any more.
    public mutating func close() -> [Action] {
        guard phase != .ended else { return [] }
        phase = .ended
        waiting = []
        let open = exchanges.keys.sorted()
        exchanges = [:]
        var actions = open.map(Action.cancel)
        if session != nil { actions.append(.send(request(.delete, .end, fields: sessionFields + credentials))) }
        return actions
    }

    private mutating func open(_ message: JSONRPCMessage, _ fields: [HTTPField]) -> [Action] {
        (phase, opening) = (.opening, (message, fields))
        guard isPair, postPath == nil else { return post(message, stateless: false, fields) }
        return [ask(for: .stream)]
    }

    /// The exchange of a stateless request.
    private func stateless(_ id: JSONText) -> Int? {
        guard session == nil, phase == .fresh else { return nil }
        return exchanges.first { entry in
            if case .request(id, _) = entry.value.purpose { true } else { false }
        }?.key
    }

    mutating func post(_ message: JSONRPCMessage, stateless: Bool, _ fields: [HTTPField]) -> [Action] {
        let purpose: Exchange.Purpose =
            if message.kind == .request, let id = message.id, let method = message.method {
                .request(id: id, method: method)
            } else {
                .message
            }
        let own =
            stateless ? Self.statelessFields(message) : message.method == MCPMethod.initialize ? [] : sessionFields
        return [
            .send(
                request(
                    .post, purpose, path: postPath, fields: Self.postFields + own + fields, body: message.text.bytes))
        ]
    }

    private static let postFields = [
        HTTPField("Accept", "application/json, text/event-stream"), HTTPField("Content-Type", "application/json"),
    ]

    /// Asks for a stream: the one by which the server speaks unasked, or one that goes on after an event.
    ///
    /// Whoever has been there, or has failed to be, waits a while first.
    mutating func ask(for purpose: Exchange.Purpose, after lastEvent: String? = nil, failures: Int? = nil) -> Action {
        let resumption = lastEvent.map { [HTTPField(MCPHeader.lastEventID, $0)] } ?? []
        let own = opening.map { Self.credentials(in: $0.fields) } ?? credentials
        var request = request(
            .get, purpose, fields: [HTTPField("Accept", "text/event-stream")] + sessionFields + resumption + own)
        request.delay = failures == nil ? 0 : retry
        exchanges[request.number]?.lastEvent = lastEvent
        exchanges[request.number]?.failures = failures ?? 0
        return .send(request)
    }

    mutating func request(
        _ method: Request.Method, _ purpose: Exchange.Purpose, path: String? = nil, fields: [HTTPField],
        body: ByteBuffer? = nil
    ) -> Request {
        lastNumber += 1
        exchanges[lastNumber] = Exchange(purpose: purpose, credentials: Self.credentials(in: fields))
        return Request(number: lastNumber, method: method, path: path ?? self.path, fields: fields, body: body)
    }

    /// Of the fields of a request, those by which its client signs in.
    static func credentials(in fields: [HTTPField]) -> [HTTPField] {
        fields.filter { $0.name.lowercased() == "authorization" }
    }

    /// Whether a request has its answer, so that nothing more is wanted of its connection.
    public func isAnswered(_ number: Int) -> Bool { exchanges[number]?.isAnswered ?? false }

    /// What every request of a session carries (2025-06-18, "Protocol Version Header").
    var sessionFields: [HTTPField] {
        guard !isPair else { return [] }
        return (session.map { [HTTPField(MCPHeader.sessionID, $0)] } ?? [])
            + (version.map { [HTTPField(MCPHeader.protocolVersion, $0)] } ?? [])
    }

    /// What the header of a stateless request repeats of its body (2026-07-28, "Standard Request Headers").
    private static func statelessFields(_ message: JSONRPCMessage) -> [HTTPField] {
        let version = message.text.range(at: "params", "_meta", MCPMeta.protocolVersion)
            .flatMap { message.text.value(in: $0).stringValue }
        var fields = [HTTPField(MCPHeader.protocolVersion, version ?? MCPProtocolVersion.v2026_07_28.rawValue)]
        guard let method = message.method else { return fields }
        fields.append(HTTPField(MCPHeader.method, method))
        if let member = MCPHeader.nameMember[method],
            let name = message.text.range(at: "params", member).flatMap({ message.text.value(in: $0).stringValue })
        {
            fields.append(HTTPField(MCPHeader.name, HeaderText.encoded(name)))
        }
        return fields
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOCore

/// One child that serves many clients: a child of its own is what each of them sees.
///
/// The bridge opens the conversation itself, with the capabilities of nobody, so that the server never asks a client
/// anything. Requests are renumbered; an answer, and progress, goes to whom it belongs; news of lists go to all, news
/// of a resource to who asked for them, and anything else to nobody.
struct SharedConversation {
    /// Who takes part.
    enum Party: Hashable {
        /// A client with a session.
        case session(String)
        /// One request of a stateless client.
        case call(ExchangeID)
    }

    /// What is to be done, in order.
    enum Action: Equatable {
        /// Write one line to the child; the line end is still to be added.
        case sendToChild(ByteBuffer)
        /// Write one line to the child on behalf of a party, with fields that repeat its arguments where there is a header.
        case send(ByteBuffer, for: Party, repeating: [HTTPField])
        /// Hand a message of the child to a party, in the party's own numbers.
        case deliver(JSONRPCMessage, Party)
        /// Answer the request of a stateless client with an error that its header has earned.
        case refuse(JSONRPCError, Party)
        /// The child can be used now.
        case opened(ServerIntroduction)
        /// The child cannot be used.
        case refused(cause: String)
        /// Something for the log.
        case report(String)
    }

    enum Phase: Equatable {
        /// `initialize` was sent.
        case initializing
        /// `initialize` was refused and `server/discover` was sent.
        case discovering
        case open(ServerIntroduction)
        case ended
    }

    /// The generation that a conversation begins with.
    enum Opening {
        case sessions, stateless
    }

    /// A request that the child has not answered.
    struct Pending {
        var party: Party
        /// The id in the party's own numbers.
        var id: JSONText
        var progressToken: JSONText?
        var method: String
        /// The resource that news are asked for.
        var resource: String?
        /// The version that a session is to begin in.
        var version: MCPProtocolVersion?
        /// What is sent once more if the server does not like the fields that the bridge wrote.
        var again: Arrival?
    }

    /// A message of a party.
    struct Arrival {
        var party: Party
        var message: JSONRPCMessage
        /// The fields that repeat arguments.
        var repeated: [HTTPField]
        /// Whether it was sent before, with fields that the server did not like.
        var isSecond = false
    }

    /// The number of the bridge's own handshake.
    static let openingNumber = 1

    private(set) var phase = Phase.initializing
    /// The generation that it began with; the other one is tried when the server refuses that.
    private(set) var opening = Opening.sessions
    private var handshake = ByteBuffer()
    var pending: [Int: Pending] = [:]
    var parties: Set<Party> = []
    var subscribers: [String: Set<Party>] = [:]
    /// What parties sent before the child could be used.
    private var waiting: [Arrival] = []
    /// The calls that wait until it is known what tools want repeated.
    var held: [Arrival] = []
    var tools = Tools.unknown
    /// The tools that clients are not shown, as far as somebody was told so.
    var hiddenTools: Set<String> = []
    /// Whether the server speaks HTTP itself.
    let speaksHTTP: Bool
    /// Whether it has each of its clients sign in, so that none is answered by what another was told.
    let authorizesClients: Bool
    private(set) var lastNumber = openingNumber
    /// Whether what the server asks goes to the one party there is.
    private(set) var answersQuestions = false
    var listening = Listening()

    init(speaksHTTP: Bool = false, authorizesClients: Bool = false) {
        self.speaksHTTP = speaksHTTP
        self.authorizesClients = authorizesClients
    }

    /// What the server said of itself; nil before it has.
    var introduction: ServerIntroduction? {
        if case .open(let introduction) = phase { introduction } else { nil }
    }

    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Begins with the handshake that nearly every server knows, or with the question that stateless servers answer.
    ///
    /// A child is locked to the generation of its first message, and a server that only knows stateless requests
    /// answers `initialize` with an error that says so (2026-07-28, stdio, "Backward Compatibility").
    ///
    /// `version` is the bridge's own; `capabilities` is what the clients of the server can do, which is nothing when
    /// it serves many.
    mutating func begin(
        client version: String, capabilities: JSONText = .emptyObject, inGenerationOf opening: Opening = .sessions
    ) -> [Action] {
        answersQuestions = capabilities != .emptyObject
        self.opening = opening
        let info = JSONText.emptyObject.editing(append: [
            ("name", JSONText("mcp-stack-bridge")), ("version", JSONText(version)),
        ])
        let parameters = JSONText.emptyObject.editing(append: [
            ("protocolVersion", JSONText(MCPProtocolVersion.v2025_11_25.rawValue)), ("capabilities", capabilities),
            ("clientInfo", info),
        ])
        handshake = Self.request(Self.openingNumber, MCPMethod.initialize, parameters)
        return opening == .sessions ? initialize() : discover()
    }

    mutating func initialize() -> [Action] {
        phase = .initializing
        return [.sendToChild(handshake)]
    }

    /// Adds a party.
    mutating func join(_ party: Party) {
        parties.insert(party)
    }

    /// Takes a party out: what it waited for is cancelled, what only it was told of is given up.
    mutating func leave(_ party: Party) -> [Action] {
        guard parties.remove(party) != nil else { return [] }
        waiting.removeAll { $0.party == party }
        held.removeAll { $0.party == party }
        var actions: [Action] = []
        for (number, request) in pending.sorted(by: { $0.key < $1.key }) where request.party == party {
            pending[number] = nil
            actions.append(.sendToChild(Self.cancellation(of: number)))
        }
        for uri in subscribers.filter({ $0.value.contains(party) }).keys.sorted() {
            actions += unsubscribe(party, from: uri)
        }
        return actions
    }

    /// Another party waits for what one has waited for, under another id.
    mutating func pass(_ party: Party, to next: Party, id: JSONText) {
        guard parties.remove(party) != nil else { return }
        parties.insert(next)
        for number in pending.keys where pending[number]?.party == party {
            pending[number]?.party = next
            pending[number]?.id = id
        }
    }

    /// A party has given up on a request; servers need not answer what was cancelled.
    mutating func forget(_ id: JSONText, of party: Party) {
        held.removeAll { $0.party == party && $0.message.id == id }
        for (number, request) in pending where request.party == party && request.id == id { pending[number] = nil }
    }

    /// The server refused a request in the words of HTTP; who waits for it.
    mutating func refused(_ id: JSONText) -> Pending? {
        guard let number = id.integerValue, endListening(number) == nil else { return nil }
        return pending.removeValue(forKey: number)
    }

    /// The child is gone.
    mutating func ended() {
        phase = .ended
        pending = [:]
        waiting = []
        held = []
        subscribers = [:]
    }

    /// Looks at the clock.
    mutating func tick(now: NIODeadline) -> [Action] { tickTools(now: now) + tickListening(now: now) }

    /// Takes a message of a party, with those of its fields that repeat arguments.
    mutating func receive(
        _ message: JSONRPCMessage, from party: Party, repeated: [HTTPField] = []
    ) -> [Action] {
        guard parties.contains(party) else { return [] }
        let arrival = Arrival(party: party, message: message, repeated: repeated)
        guard case .open(let introduction) = phase else {
            waiting.append(arrival)
            return []
        }
        return forward(arrival, introduction)
    }

    /// The child has introduced itself: who waited goes on.
    mutating func open(_ introduction: ServerIntroduction) -> [Action] {
        phase = .open(introduction)
        let queue = waiting
        waiting = []
        return [.opened(introduction)] + listen() + queue.flatMap { forward($0, introduction) }
    }

    mutating func discover() -> [Action] {
        phase = .discovering
        return [.sendToChild(Self.request(nextNumber(), MCPMethod.discover, StatelessMeta.parameters))]
    }

    mutating func refuse(_ cause: String) -> [Action] {
        phase = .ended
        return [.refused(cause: cause)]
    }

    // MARK: Messages of the bridge's own

    static func request(id: JSONText, _ method: String, _ parameters: JSONText? = nil) -> ByteBuffer {
        JSONText.emptyObject.editing(
            append: [("jsonrpc", JSONText("2.0")), ("id", id), ("method", JSONText(method))]
                + (parameters.map { [("params", $0)] } ?? [])
        ).bytes
    }

    static func request(_ number: Int, _ method: String, _ parameters: JSONText) -> ByteBuffer {
        JSONText.emptyObject.editing(append: [
            ("jsonrpc", JSONText("2.0")), ("id", JSONText(number)), ("method", JSONText(method)),
            ("params", parameters),
        ]).bytes
    }

    static func notification(_ method: String, _ parameters: JSONText? = nil) -> ByteBuffer {
        JSONText.emptyObject.editing(
            append: [("jsonrpc", JSONText("2.0")), ("method", JSONText(method))]
                + (parameters.map { [("params", $0)] } ?? [])
        ).bytes
    }

    static func cancellation(of number: Int, _ reason: String = "The client has gone") -> ByteBuffer {
        notification(
            MCPMethod.cancelled,
            JSONText.emptyObject.editing(append: [
                ("requestId", JSONText(number)), ("reason", JSONText(reason)),
            ]))
    }

    /// A response as the child would have written it.
    static func response(_ id: JSONText, result: JSONText) -> JSONRPCMessage? {
        let text = JSONText.emptyObject.editing(append: [
            ("jsonrpc", JSONText("2.0")), ("id", id), ("result", result),
        ])
        return try? JSONRPCMessage(text)
    }

    static func failure(_ id: JSONText, _ error: JSONRPCError) -> JSONRPCMessage? {
        try? JSONRPCMessage(parsing: error.response(id: id))
    }
}

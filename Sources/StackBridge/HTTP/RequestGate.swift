// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import MCPKit
import NIOHTTP1

/// Judges a request by its head alone, before any of its body is read.
struct RequestGate: Sendable {
    /// Where an acceptable request goes.
    enum Route: Equatable {
        /// `GET /healthz`: whether the server answers.
        case health
        /// `GET /.well-known/oauth-…`: how the server wants clients to sign in, at that path of the server itself.
        case metadata(path: String)
        /// A POST to the endpoint by a client that has sessions.
        case post(Post)
        /// A POST to the endpoint by a stateless client.
        case stateless(StatelessRequest.Head)
        /// `GET /sse`: a client of 2024-11-05 begins; what stood before the path is told to it.
        case pair(prefix: String)
        /// A POST of such a client.
        case pairPost(session: String, passed: [HTTPField] = [])
        /// A POST in a version that is not served; its body is read for the id that the answer has to carry.
        case unsupported(version: String)
        /// A GET: the session's stream, or the rest of one that broke.
        case stream(session: String, lastEvent: String? = nil, passed: [HTTPField] = [])
        /// A DELETE: the end of the session.
        case delete(session: String, passed: [HTTPField] = [])
        /// Not acceptable.
        case refuse(Answer)
    }

    /// What the head of a POST says.
    struct Post: Equatable {
        var session: String?
        var version: MCPProtocolVersion?
        var accepts: AcceptedAnswers
        /// The fields that go along to a server that speaks HTTP.
        var passed: [HTTPField] = []
    }

    /// The bytes that the names and values of all fields may have together.
    static let maximumHeaderBytes = 32 << 10
    /// The bytes that a body may have.
    static let maximumBodyBytes = 4 << 20

    let hosts: HostRules
    let paths: EndpointPaths
    var passes = PassedFields()

    /// Decides where a request goes.
    func route(_ head: HTTPRequestHead) -> Route {
        let size = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard size <= Self.maximumHeaderBytes else {
            return .refuse(.refusal(.requestHeaderFieldsTooLarge, .invalidRequest, "The header is too large"))
        }
        if let refusal = refusalByName(head) { return .refuse(refusal) }
        if let path = passes.metadataPath(head.uri, paths) {
            guard head.method == .GET || head.method == .HEAD else { return .refuse(Self.notAllowed("GET, HEAD")) }
            return .metadata(path: path)
        }
        let target = head.uri.utf8.prefix { $0 != UInt8(ascii: "?") }
        let path = paths.stripped(Substring(target))
        if path == "/healthz" {
            guard head.method == .GET || head.method == .HEAD else { return .refuse(Self.notAllowed("GET, HEAD")) }
            return .health
        }
        if path == Self.pairPath {
            guard head.method == .GET else { return .refuse(Self.notAllowed("GET")) }
            return .pair(prefix: String(paths.prefix(of: Substring(target))))
        }
        if path == Self.messagesPath {
            guard head.method == .POST else { return .refuse(Self.notAllowed("POST")) }
            return routePairPost(head)
        }
        guard path == paths.endpoint else {
            return .refuse(
                .refusal(.notFound, .invalidRequest, "There is no such path; the endpoint is \(paths.endpoint)"))
        }
        switch head.method {
        case .POST: return routePost(head)
        case .GET, .DELETE: return routeWithSession(head)
        default: return .refuse(Self.notAllowed("GET, POST, DELETE"))
        }
    }

    private func refusalByName(_ head: HTTPRequestHead) -> Answer? {
        let names = head.headers["host"]
        guard names.count == 1 else {
            return .refusal(.badRequest, .invalidRequest, "A request has exactly one Host field")
        }
        // First: whatever else is wrong with it, a request from elsewhere gets 403 ("Security Warning").
        guard head.headers["origin"].allSatisfy(hosts.allows(origin:)) else {
            return .refusal(.forbidden, .invalidRequest, "This origin is not allowed")
        }
        guard hosts.allows(host: names[0]) else {
            return .refusal(.misdirectedRequest, .invalidRequest, "This host name is not served here")
        }
        return nil
    }

    /// The two endpoints of HTTP+SSE (2024-11-05, "HTTP with SSE"), as the SDKs name them.
    static let pairPath = "/sse"
    static let messagesPath = "/messages"
    /// Where the bridge can have no endpoint.
    static let ownPaths: Set<String> = [pairPath, messagesPath, "/healthz"]

    private func routePairPost(_ head: HTTPRequestHead) -> Route {
        guard let contentType = head.headers.first(name: "content-type"),
            AcceptedAnswers.isJSON(contentType)
        else {
            return .refuse(.refusal(.unsupportedMediaType, .invalidRequest, "Content-Type is not application/json"))
        }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > Self.maximumBodyBytes
        {
            return .refuse(Self.bodyTooLarge)
        }
        let query = head.uri.drop { $0 != "?" }.dropFirst()
        let session = query.split(separator: "&").first { $0.hasPrefix("sessionId=") }?.dropFirst("sessionId=".count)
        guard let session else { return .refuse(Self.noSession()) }
        return .pairPost(session: String(session), passed: passes.fields(of: head.headers))
    }

    private func routePost(_ head: HTTPRequestHead) -> Route {
        let headers = head.headers
        guard let contentType = headers.first(name: "content-type") else {
            return .refuse(.refusal(.badRequest, .invalidRequest, "Content-Type is missing"))
        }
        guard AcceptedAnswers.isJSON(contentType) else {
            return .refuse(.refusal(.unsupportedMediaType, .invalidRequest, "Content-Type is not application/json"))
        }
        guard headers["content-encoding"].allSatisfy({ $0.lowercased() == "identity" }) else {
            return .refuse(.refusal(.unsupportedMediaType, .invalidRequest, "Content-Encoding is not supported"))
        }
        let accepts = AcceptedAnswers(headers)
        guard !accepts.isEmpty else {
            return .refuse(
                .refusal(
                    .notAcceptable, .invalidRequest, "Accept lists neither application/json nor text/event-stream"))
        }
        if let length = headers.first(name: "content-length").flatMap({ Int($0) }), length > Self.maximumBodyBytes {
            return .refuse(Self.bodyTooLarge)
        }
        switch Self.version(headers) {
        case .failure(let unknown): return .unsupported(version: unknown.version)
        case .success(.v2026_07_28):
            return .stateless(
                StatelessRequest.Head(
                    method: Self.value(of: MCPHeader.method, in: headers),
                    name: Self.value(of: MCPHeader.name, in: headers), accepts: accepts,
                    repeated: PassedFields.repeatedArguments(in: headers),
                    passed: passes.fields(of: headers)))
        case .success(let version):
            let session = Self.value(of: MCPHeader.sessionID, in: headers)
            return .post(
                Post(session: session, version: version, accepts: accepts, passed: passes.fields(of: headers)))
        }
    }

    private func routeWithSession(_ head: HTTPRequestHead) -> Route {
        switch Self.version(head.headers) {
        case .failure(let unknown): return .refuse(Self.unsupportedVersion(unknown.version))
        // Neither streams nor sessions outlive a request there ("Earlier Streamable HTTP Revisions").
        case .success(.v2026_07_28): return .refuse(Self.notAllowed("POST"))
        case .success: break
        }
        if head.method == .GET, !AcceptedAnswers(head.headers).contains(.events) {
            return .refuse(.refusal(.notAcceptable, .invalidRequest, "Accept does not list text/event-stream"))
        }
        guard let session = Self.value(of: MCPHeader.sessionID, in: head.headers) else {
            return .refuse(Self.noSession())
        }
        let passed = passes.fields(of: head.headers)
        guard head.method == .GET else { return .delete(session: session, passed: passed) }
        let lastEvent = Self.value(of: MCPHeader.lastEventID, in: head.headers)
        return .stream(session: session, lastEvent: lastEvent, passed: passed)
    }

    private struct UnknownVersion: Error {
        var version: String
    }

    private static func version(_ headers: HTTPHeaders) -> Result<MCPProtocolVersion?, UnknownVersion> {
        guard let text = value(of: MCPHeader.protocolVersion, in: headers) else { return .success(nil) }
        return MCPProtocolVersion(rawValue: text).map { .success($0) } ?? .failure(UnknownVersion(version: text))
    }

    /// The value of a field; nil without one.
    ///
    /// Fields of one name are one list (RFC 9110, section 5.3), which none of these fields is: a proxy that judges
    /// by the last of them must not see another request than the bridge, which would judge by the first.
    private static func value(of name: String, in headers: HTTPHeaders) -> String? {
        let values = headers[name]
        guard let first = values.first else { return nil }
        if values.count == 1, !FieldText.hasSpaceAround(first) { return first }
        return values.map { String(decoding: FieldText($0).bytes, as: UTF8.self) }.joined(separator: ", ")
    }
}

extension RequestGate {
    /// 413: the body is over the limit.
    static let bodyTooLarge = Answer.refusal(.payloadTooLarge, .invalidRequest, "The body is larger than 4 MiB")

    /// 400: a request other than `initialize` must name its session.
    static func noSession(id: JSONText? = nil) -> Answer {
        .refusal(
            .badRequest, .serverError, "\(MCPHeader.sessionID) is missing; start with initialize", id: id,
            reason: .session)
    }

    /// 404: the client has to start over.
    static func unknownSession(id: JSONText? = nil) -> Answer {
        .refusal(
            .notFound, .sessionNotFound, "There is no such session; start over with initialize", id: id,
            reason: .session)
    }

    /// 400 with the versions that are served, as every generation of client understands it.
    static func unsupportedVersion(_ version: String, id: JSONText? = nil) -> Answer {
        let served = MCPProtocolVersion.allCases.sorted(by: >).map(\.rawValue)
        let data = JSONText.emptyObject.editing(append: [
            ("supported", JSONText(served)), ("requested", JSONText(String(version.prefix(40)))),
        ])
        let error = JSONRPCError(
            .unsupportedVersion, "Unsupported protocol version \(version.prefix(40))", data: data)
        return Answer(status: .badRequest, body: error.response(id: id), reason: .version)
    }

    private static func notAllowed(_ methods: String) -> Answer {
        .refusal(
            .methodNotAllowed, .invalidRequest, "This method is not allowed here", fields: [.init("Allow", methods)])
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import FoundationEssentials
internal import HostFiles
internal import StackRecord
public import Supervision

/// The `state.json` of the generation in force.
public struct InstalledStateFile: Sendable {
    /// Where it is.
    public let path: String

    /// Creates a file that is read when asked for.
    public init(path: String) {
        self.path = path
    }

    /// Reads the stack to watch; an empty one when nothing was applied yet.
    ///
    /// - Throws: `StateFileError` when the file cannot be read, is malformed, or is of a newer format.
    public func read() throws(StateFileError) -> WatchedStack {
        guard let bytes = try contents() else { return WatchedStack() }
        let data = Data(bytes)
        let format: Int
        do {
            format = try JSONDecoder().decode(FormatOnly.self, from: data).format
        } catch {
            throw StateFileError(code: .malformed, path: path, detail: Self.words(for: error))
        }
        guard format <= InstalledState.currentFormat else {
            throw StateFileError(
                code: .newerFormat, path: path,
                detail: "it has format \(format), and this mcp-stackd reads formats up to "
                    + "\(InstalledState.currentFormat)")
        }
        do {
            return WatchedStack(try JSONDecoder().decode(InstalledState.self, from: data))
        } catch {
            throw StateFileError(code: .malformed, path: path, detail: Self.words(for: error))
        }
    }

    private func contents() throws(StateFileError) -> [UInt8]? {
        do throws(HostFileError) {
            return try HostFiles().read(path)
        } catch {
            throw StateFileError(code: .unreadable, path: path, detail: error.reason)
        }
    }

    private static func words(for error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it is not valid JSON" }
        switch error {
        case .keyNotFound(let key, let context):
            return "the key '\(key.stringValue)' is missing\(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "a value has the wrong type\(place(context))"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "it is not valid JSON" : "a value is unknown\(place(context))"
        @unknown default: return "it is not valid JSON"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map { key in key.intValue.map(String.init) ?? key.stringValue }
        return path.isEmpty ? "" : " at \(path.joined(separator: "."))"
    }
}

private struct FormatOnly: Decodable {
    var format: Int
}

extension WatchedStack {
    /// What there is to watch of an installed generation.
    init(_ state: InstalledState) {
        self.init(
            generation: state.generation,
            servers: state.servers.map { server in
                Server(
                    name: server.name, service: server.service ?? server.foreignUnit, socket: server.socket,
                    isOnDemand: server.start == .onDemand && server.socket != nil,
                    isForeign: server.service == nil, endpoints: server.endpoints)
            },
            connector: state.connector.map { Connector(kind: $0.kind.rawValue, unit: $0.unit) })
    }
}

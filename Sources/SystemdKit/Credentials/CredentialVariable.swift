// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles

/// An environment variable whose value comes from a credential that systemd handed to this process.
///
/// systemd decrypts credentials into a directory that only the service can read, and names it in
/// `CREDENTIALS_DIRECTORY` (systemd.exec(5), "Credentials").
public struct CredentialVariable: Sendable, Equatable {
    /// What the variable holds.
    public enum Content: Sendable {
        /// The credential itself.
        case value
        /// The path of the file that holds it.
        case path
    }

    /// The variable.
    public let name: String
    /// The credential's name.
    public let credential: String
    /// What the variable holds.
    public let content: Content

    /// Reads `VARIABLE=CREDENTIAL`; nil when the text is not of that form.
    public init?(parsing text: String, content: Content) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !parts[1].contains("/") else { return nil }
        name = String(parts[0])
        credential = String(parts[1])
        self.content = content
    }

    /// Why a variable cannot be made; no message says anything about the value.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong, for people.
        public let description: String
    }

    /// The variable as `NAME=VALUE`.
    ///
    /// - Parameter directory: The directory of the credentials; nil when systemd passed none.
    /// - Returns: The entry for a process's environment.
    /// - Throws: `Failure` when there is no such credential, or it cannot be an environment variable.
    public func entry(in directory: String?) throws(Failure) -> String {
        guard let directory else {
            throw Failure(description: "systemd passed no credentials, and '\(name)' needs one")
        }
        let path = "\(directory)/\(credential)"
        let bytes: [UInt8]?
        do throws(HostFileError) {
            bytes = try HostFiles().read(path)
        } catch {
            throw Failure(description: "the credential '\(credential)' for '\(name)' cannot be read: \(error.reason)")
        }
        guard let bytes else {
            throw Failure(description: "systemd did not pass the credential '\(credential)' for '\(name)'")
        }
        switch content {
        case .path: return "\(name)=\(path)"
        case .value:
            guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
                throw Failure(
                    description: "the credential '\(credential)' is not text, so '\(name)' cannot hold it; "
                        + "hand it over as a file")
            }
            return "\(name)=\(text)"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// One header field.
public struct HTTPField: Sendable, Equatable {
    /// The name, in any case.
    public var name: String
    /// The value.
    public var value: String

    /// Creates a field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// A unit file as systemd.syntax(7) describes it: leading comments and sections of directives, in order.
///
/// Values are held as they stand in the file; `UnitValue` and `ExecLine` turn user text into such values.
public struct UnitFile: Sendable, Equatable {
    /// One `Key=value` line.
    public struct Directive: Sendable, Equatable {
        /// The directive's name.
        public var key: String
        /// The value, escaped as the directive wants it.
        public var value: String

        /// Creates a directive.
        public init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// A section and its directives.
    public struct Section: Sendable, Equatable {
        /// The name, without brackets.
        public var name: String
        /// The directives in order.
        public var directives: [Directive]

        /// Creates a section.
        public init(_ name: String, _ directives: [Directive]) {
            self.name = name
            self.directives = directives
        }
    }

    /// Comment lines on top, without their `#`.
    public var header: [String]
    /// The sections in order.
    public var sections: [Section]

    /// Creates a unit file.
    public init(header: [String], sections: [Section]) {
        self.header = header
        self.sections = sections
    }

    /// The text of the file.
    ///
    /// Sections without directives are left out.
    public var text: String {
        var blocks = header.isEmpty ? [] : [header.map { "# \($0)\n" }.joined()]
        for section in sections where !section.directives.isEmpty {
            blocks.append("[\(section.name)]\n" + section.directives.map { "\($0.key)=\($0.value)\n" }.joined())
        }
        return blocks.joined(separator: "\n")
    }

    /// The values of a directive in a section, in order.
    public func values(of key: String, in section: String) -> [String] {
        sections.filter { $0.name == section }.flatMap(\.directives).filter { $0.key == key }.map(\.value)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Numbered generations of a set of files, of which a symbolic link names the one in force.
///
/// Below the store's directory: `generations/N/…`, `current` → `generations/N`, and, while a change from one
/// generation to another is under way, `transition` with both numbers. Every step is atomic: whoever looks sees
/// the old generation or the new one, never a mixture, wherever the writer was stopped.
public struct GenerationStore: Sendable {
    /// An entry of a generation.
    public enum Entry: Sendable, Equatable {
        /// A file with these bytes and permission bits.
        case file([UInt8], mode: UInt32)
        /// A symbolic link to a target.
        case link(String)
    }

    /// A change from one generation to another that was started and not finished.
    public struct Transition: Sendable, Equatable {
        /// The generation before; nil when there was none.
        public var from: Int?
        /// The generation after.
        public var to: Int

        /// Creates a transition.
        public init(from: Int?, to: Int) {
            self.from = from
            self.to = to
        }
    }

    /// The directory of the store.
    public let directory: String
    private let files: HostFiles

    /// Creates a store in a directory.
    public init(directory: String, files: HostFiles = HostFiles()) {
        self.directory = directory
        self.files = files
    }

    private var generations: String { "\(directory)/generations" }
    private var currentLink: String { "\(directory)/current" }
    private var transitionFile: String { "\(directory)/transition" }

    /// The directory of one generation.
    public func path(of number: Int) -> String {
        "\(generations)/\(number)"
    }

    // MARK: Reading

    /// The number of the generation in force; nil when there is none.
    public func current() throws(HostFileError) -> Int? {
        guard let target = try files.linkTarget(currentLink), target.hasPrefix("generations/") else { return nil }
        return Int(target.dropFirst("generations/".count))
    }

    /// The numbers of all complete generations, ascending.
    public func numbers() throws(HostFileError) -> [Int] {
        try files.names(in: generations).compactMap { Int($0) }.sorted()
    }

    /// All entries of a generation by their path below it.
    public func entries(of number: Int) throws(HostFileError) -> [String: Entry] {
        var result: [String: Entry] = [:]
        try collect("", below: path(of: number), into: &result)
        return result
    }

    private func collect(
        _ prefix: String, below root: String, into result: inout [String: Entry]
    ) throws(HostFileError) {
        for name in try files.names(in: "\(root)/\(prefix)") {
            let relative = prefix + name
            let path = "\(root)/\(relative)"
            switch files.kind(path) {
            case .directory: try collect(relative + "/", below: root, into: &result)
            case .link: result[relative] = try files.linkTarget(path).map(Entry.link)
            case .file:
                result[relative] = try files.read(path).map { .file($0, mode: files.mode(path) ?? 0o644) }
            case nil: break
            }
        }
    }

    // MARK: Writing

    /// Writes a generation whole and brings it to the disk; it is not in force yet.
    public func stage(_ number: Int, _ entries: [String: Entry]) throws(HostFileError) {
        let staging = "\(generations)/.staging"
        try files.makeDirectory(directory)
        try files.makeDirectory(generations)
        try files.removeTree(staging)
        try Self.write(entries, to: staging, files)
        try files.removeTree(path(of: number))
        try files.rename(staging, to: path(of: number))
    }

    /// Writes entries into a new directory.
    public static func write(
        _ entries: [String: Entry], to root: String, _ files: HostFiles
    ) throws(HostFileError) {
        try files.makeDirectory(root)
        var directories: Set<String> = [root]
        for (relative, entry) in entries.sorted(by: { $0.key < $1.key }) {
            var parent = root
            for part in relative.split(separator: "/").dropLast() {
                parent += "/\(part)"
                if directories.insert(parent).inserted { try files.makeDirectory(parent) }
            }
            switch entry {
            case .file(let bytes, let mode): try files.create("\(root)/\(relative)", bytes, mode: mode)
            case .link(let target): try files.link("\(root)/\(relative)", to: target)
            }
        }
        for directory in directories.sorted() { try files.syncDirectory(directory) }
    }

    /// Puts a generation in force: one rename of the link.
    public func makeCurrent(_ number: Int) throws(HostFileError) {
        let temporary = "\(currentLink).new"
        try files.removeTree(temporary)
        try files.link(temporary, to: "generations/\(number)")
        try files.rename(temporary, to: currentLink)
    }

    /// Removes a generation that never was in force.
    public func discard(_ number: Int) throws(HostFileError) {
        try files.removeTree(path(of: number))
    }

    // MARK: Transitions

    /// The change that is under way, or was when its writer was stopped.
    public func transition() throws(HostFileError) -> Transition? {
        guard let bytes = try files.read(transitionFile) else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map { Int($0) }
        guard numbers.count == 2, let from = numbers[0], let to = numbers[1] else { return nil }
        return Transition(from: from == 0 ? nil : from, to: to)
    }

    /// Records that a change is under way.
    public func begin(_ transition: Transition) throws(HostFileError) {
        try files.replace(transitionFile, "\(transition.from ?? 0) \(transition.to)\n".utf8)
    }

    /// Records that no change is under way any more.
    public func end() throws(HostFileError) {
        try files.removeTree(transitionFile)
        try files.syncDirectory(directory)
    }
}

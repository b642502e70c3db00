// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Glibc

/// The file operations that crash-safe installation is made of, each complete or failed.
///
/// A hook runs before every operation that changes something, so that a test can stop the world at each of them.
public struct HostFiles: Sendable {
    private let isDurable: Bool
    private let beforeChange: @Sendable (_ operation: String) throws(HostFileError) -> Void

    /// Creates the operations.
    ///
    /// - Parameters:
    ///   - isDurable: Whether what was changed must survive a power failure, which costs a wait for the disk each time.
    ///   - beforeChange: Called with a description before every change; what it throws stops the change.
    public init(
        isDurable: Bool = true,
        beforeChange: @escaping @Sendable (_ operation: String) throws(HostFileError) -> Void = { _ in }
    ) {
        self.isDurable = isDurable
        self.beforeChange = beforeChange
    }

    // MARK: Reading

    /// The whole of a file as bytes, or nil when there is none.
    public func read(_ path: String) throws(HostFileError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw HostFileError(.open, path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw HostFileError(.read, path)
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// The target of a symbolic link, or nil when there is none.
    public func linkTarget(_ path: String) throws(HostFileError) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { readlink(path, $0, characters.count) } ?? -1
            }
        }
        guard count >= 0 else {
            if errno == ENOENT { return nil }
            throw HostFileError(.link, path)
        }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// The permission bits of a file, or nil when there is none.
    public func mode(_ path: String) -> UInt32? {
        var info = stat()
        return lstat(path, &info) == 0 ? info.st_mode & 0o7777 : nil
    }

    /// The kind of an entry.
    public enum Kind: Sendable, Equatable {
        /// A directory.
        case directory
        /// A symbolic link.
        case link
        /// Anything else.
        case file
    }

    /// What a path is, without following links; nil when there is nothing.
    public func kind(_ path: String) -> Kind? {
        var info = stat()
        guard lstat(path, &info) == 0 else { return nil }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFLNK: return .link
        default: return .file
        }
    }

    /// The names in a directory, sorted; empty when there is no such directory.
    public func names(in directory: String) throws(HostFileError) -> [String] {
        guard let stream = opendir(directory) else {
            if errno == ENOENT { return [] }
            throw HostFileError(.list, directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    // MARK: Changing

    /// Makes a directory; one that exists is fine.
    public func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(HostFileError) {
        try beforeChange("mkdir \(path)")
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw HostFileError(.makeDirectory, path) }
    }

    /// Writes a new file and brings it to the disk; a file that exists is an error.
    public func create(_ path: String, _ bytes: some Sequence<UInt8>, mode: UInt32 = 0o644) throws(HostFileError) {
        try beforeChange("create \(path)")
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw HostFileError(.open, path) }
        defer { close(descriptor) }
        // The umask of whoever runs the command must not decide who can read a unit.
        guard fchmod(descriptor, mode) == 0 else { throw HostFileError(.write, path) }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw HostFileError(.write, path)
            }
            rest = rest.dropFirst(count)
        }
        guard !isDurable || fsync(descriptor) == 0 else { throw HostFileError(.sync, path) }
    }

    /// Puts a file in place in one step: written beside, brought to the disk, renamed over.
    public func replace(_ path: String, _ bytes: some Sequence<UInt8>, mode: UInt32 = 0o644) throws(HostFileError) {
        let temporary = path + ".new"
        try removeTree(temporary)
        try create(temporary, bytes, mode: mode)
        try rename(temporary, to: path)
    }

    /// Makes a new symbolic link.
    public func link(_ path: String, to target: String) throws(HostFileError) {
        try beforeChange("link \(path)")
        guard symlink(target, path) == 0 else { throw HostFileError(.link, path) }
    }

    /// Gives a file another name in one step, replacing what had it, and brings the directory to the disk.
    public func rename(_ old: String, to new: String) throws(HostFileError) {
        try beforeChange("rename \(new)")
        guard Glibc.rename(old, new) == 0 else { throw HostFileError(.rename, new) }
        try syncDirectory(Self.parent(of: new))
    }

    /// Brings the names in a directory to the disk.
    public func syncDirectory(_ path: String) throws(HostFileError) {
        guard isDurable else { return }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HostFileError(.open, path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw HostFileError(.sync, path) }
    }

    /// Removes a file or a directory with all it holds; nothing there is fine; links are not followed.
    public func removeTree(_ path: String) throws(HostFileError) {
        switch kind(path) {
        case nil:
            return
        case .directory:
            for name in try names(in: path) { try removeTree("\(path)/\(name)") }
            try beforeChange("rmdir \(path)")
            guard rmdir(path) == 0 else { throw HostFileError(.remove, path) }
        default:
            try beforeChange("unlink \(path)")
            guard unlink(path) == 0 else { throw HostFileError(.remove, path) }
        }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

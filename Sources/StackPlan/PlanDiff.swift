// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// What changes between the generation in force and the next one: files, and what systemd must do about them.
public struct PlanDiff: Sendable, Equatable {
    /// How one file changes.
    public struct FileChange: Sendable, Equatable {
        /// The path below the generation's directory.
        public var path: String
        /// The text before; nil for a new file.
        public var old: String?
        /// The text after; nil for a file that goes.
        public var new: String?
    }

    /// What to do with a unit, and why.
    public struct UnitAction: Sendable, Equatable, Codable {
        /// The verbs, in the order in which they are carried out.
        public enum Verb: String, Sendable, Codable {
            /// Stop it, because it is gone or its socket must be made anew.
            case stop
            /// Restart it if it runs.
            case restart
            /// Make it read its configuration again, without interruption.
            case reload
            /// Start it.
            case start
        }

        /// What to do.
        public var verb: Verb
        /// The unit.
        public var unit: String
        /// Why, as half a sentence.
        public var reason: String

        /// Creates an action.
        public init(_ verb: Verb, _ unit: String, because reason: String) {
            self.verb = verb
            self.unit = unit
            self.reason = reason
        }
    }

    /// The changed files, sorted by path.
    public var files: [FileChange]
    /// The actions, in the order in which they are carried out.
    public var actions: [UnitAction]

    /// The actions to carry out while systemd still knows the units as they were.
    ///
    /// A socket unit that is gone has forgotten `RemoveOnStop=` once systemd read its units again.
    public var actionsBeforeReload: [UnitAction] {
        Array(actions.prefix { $0.verb == .stop && !Self.isConnector($0.unit) })
    }

    /// The actions to carry out once systemd knows the new units.
    public var actionsAfterReload: [UnitAction] {
        Array(actions.dropFirst(actionsBeforeReload.count))
    }

    static func isConnector(_ unit: String) -> Bool {
        unit.hasPrefix("mcp-connector@")
    }

    /// Whether nothing changes.
    public var isEmpty: Bool { files.isEmpty }

    /// The difference between two generations; the first is nil when nothing was applied yet.
    ///
    /// Comment lines do not count, because they name the generation, and neither does its number in the state record.
    public init(from old: InstalledGeneration?, to new: InstalledGeneration) {
        let oldTexts = old?.texts ?? [:]
        let oldLinks = old?.links ?? []
        var files: [FileChange] = []
        for path in Set(oldTexts.keys).union(new.texts.keys) {
            let before = oldTexts[path]
            let after = new.texts[path]
            guard before.map(Self.essence) != after.map(Self.essence) else { continue }
            files.append(FileChange(path: path, old: before, new: after))
        }
        for path in oldLinks.symmetricDifference(new.links) {
            files.append(
                FileChange(
                    path: path, old: oldLinks.contains(path) ? "" : nil, new: new.links.contains(path) ? "" : nil))
        }
        self.files = files.sorted { $0.path < $1.path }
        self.actions = UnitActions(changes: self.files, wanted: new.links).ordered
    }

    /// A text without what names its generation.
    static func essence(_ text: String) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "\n")).filter { line in
            let text = line.drop { $0 == UInt8(ascii: " ") }
            return text.first != UInt8(ascii: "#") && !text.starts(with: "\"generation\" :".utf8)
        }.map { Substring($0) }
    }
}

/// Derives what systemd must do from what changes.
private struct UnitActions {
    let changes: [PlanDiff.FileChange]
    let wanted: Set<String>

    var ordered: [PlanDiff.UnitAction] {
        var stops: [PlanDiff.UnitAction] = []
        var restarts: [PlanDiff.UnitAction] = []
        var starts: [PlanDiff.UnitAction] = []
        var lateStops: [PlanDiff.UnitAction] = []
        for change in changes {
            guard let unit = unitName(change.path) else { continue }
            let isWanted = wanted.contains("units/mcp-stack.target.wants/\(unit)")
            switch (change.old, change.new) {
            case (_, nil):
                // The new connector takes over before the old one leaves.
                let action = PlanDiff.UnitAction(.stop, unit, because: "it is no longer in the stack")
                if PlanDiff.isConnector(unit) { lateStops.append(action) } else { stops.append(action) }
            case (nil, _):
                if isWanted { starts.append(.init(.start, unit, because: "it is new")) }
            default:
                if unit.hasSuffix(".socket") {
                    // systemd refuses to restart a socket whose service runs.
                    let service = String(unit.dropLast("socket".count)) + "service"
                    stops.append(.init(.stop, unit, because: "it changed"))
                    stops.append(.init(.stop, service, because: "its socket changed"))
                    starts.append(.init(.start, unit, because: "it changed"))
                } else {
                    restarts.append(.init(.restart, unit, because: "it changed"))
                }
            }
        }
        let gateway = "mcp-gateway.service"
        if changes.contains(where: { $0.path == "gateway/nginx.conf" && $0.old != nil && $0.new != nil }),
            !restarts.contains(where: { $0.unit == gateway })
        {
            restarts.append(.init(.reload, gateway, because: "its routes changed"))
        }
        for change in changes where change.path.hasPrefix("units/mcp-stack.target.wants/") {
            let unit = String(change.path.dropFirst("units/mcp-stack.target.wants/".count))
            guard change.new != nil, !starts.contains(where: { $0.unit == unit }) else { continue }
            starts.append(.init(.start, unit, because: "it is now part of the stack"))
        }
        // A connection between the two stops would start a service whose socket is still there.
        let sockets = stops.filter { $0.unit.hasSuffix(".socket") }
        let services = stops.filter { !$0.unit.hasSuffix(".socket") }
        // What carries requests comes after what answers them.
        let carriers = starts.filter { Self.carries($0.unit) }
        let servers = starts.filter { !Self.carries($0.unit) }
        return sockets + services + restarts + servers + carriers + lateStops
    }

    private static func carries(_ unit: String) -> Bool {
        PlanDiff.isConnector(unit) || unit == "mcp-gateway.service"
    }

    private func unitName(_ path: String) -> String? {
        guard path.hasPrefix("units/") else { return nil }
        let name = path.dropFirst("units/".count)
        return name.contains("/") ? nil : String(name)
    }
}

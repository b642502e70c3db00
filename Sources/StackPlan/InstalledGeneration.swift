// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import StackModel
public import UnitFile

/// A generation as it was read back from a machine.
public struct InstalledGeneration: Sendable, Equatable {
    /// Its number.
    public var number: Int
    /// Its files by path.
    public var texts: [String: String]
    /// The paths of its links.
    public var links: Set<String>

    /// Creates a generation.
    public init(number: Int, texts: [String: String], links: Set<String>) {
        self.number = number
        self.texts = texts
        self.links = links
    }

    /// The generation that a plan makes.
    public init(_ plan: Plan) {
        number = plan.state.generation
        texts = [:]
        links = []
        for (path, entry) in plan.entries {
            switch entry {
            case .text(let text): texts[path] = text
            case .link: links.insert(path)
            }
        }
    }

    /// The generation that the connector in force was made for; nil without a tunnel.
    var connectorGeneration: Int? {
        let prefix = "units/mcp-connector@"
        guard let path = texts.keys.first(where: { $0.hasPrefix(prefix) }) else { return nil }
        return Int(path.dropFirst(prefix.count).prefix(while: \.isNumber))
    }
}

extension Plan {
    /// The plan for the generation after another one.
    ///
    /// The connector's unit carries the number of the generation that last changed it, so that an unchanged
    /// connector keeps running under its name and a changed one starts beside the old.
    ///
    /// - Throws: `UnitValue.Unwritable` as `StackCompiler.plan()` does.
    public static func next(
        for stack: Stack, facts: Facts, after previous: InstalledGeneration?
    ) throws(UnitValue.Unwritable) -> Plan {
        var facts = facts
        if let previous, let kept = previous.connectorGeneration {
            facts.connectorGeneration = kept
            let plan = try StackCompiler(stack: stack, facts: facts).plan()
            let isSame = ["connector/config.yml", "units/mcp-connector@\(kept).service"].allSatisfy { path in
                previous.texts[path].map(PlanDiff.essence) == plan.text(path).map(PlanDiff.essence)
            }
            if isSame { return plan }
        }
        facts.connectorGeneration = facts.generation
        return try StackCompiler(stack: stack, facts: facts).plan()
    }
}

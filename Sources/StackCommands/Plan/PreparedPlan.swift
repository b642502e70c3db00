// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles
internal import StackModel
internal import StackPlan

/// A stack file, read, checked and compared with what is installed: what `plan` shows and `apply` does.
struct PreparedPlan {
    let loaded: LoadedStack
    let stack: Stack
    let plan: Plan
    let diff: PlanDiff
    /// The number of the generation to make.
    let number: Int
    /// The number of the generation in force; nil when nothing was applied yet.
    let current: Int?

    /// Prepares a plan; every diagnostic is shown on the way.
    ///
    /// - Throws: `CommandFailure` with status 78 when the stack file has errors.
    init(
        config: String, store: GenerationStore, host: HostFacts, isApplying: Bool, console: Console
    ) throws {
        loaded = try LoadedStack(path: config)
        current = try store.current()
        number = (try store.numbers().last ?? 0) + 1
        // Without a stack the facts cannot be gathered; the file's own diagnostics say why.
        guard let draft = loaded.file.stack else {
            stack = try loaded.stack(on: console)
            throw CommandFailure.silent(.configuration)
        }
        let facts = host.facts(for: draft, from: config, generation: number)
        let findings = HostCheck(stack: draft, facts: facts).diagnostics(isApplying: isApplying)
        stack = try loaded.stack(and: findings, on: console)
        let previous = try current.map(store.installed)
        plan = try Plan.next(for: stack, facts: facts, after: previous)
        diff = PlanDiff(from: previous, to: InstalledGeneration(plan))
    }
}

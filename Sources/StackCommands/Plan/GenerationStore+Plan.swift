// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import HostFiles
internal import StackPlan

extension GenerationStore {
    /// A generation as the planner compares it; the copy of the stack file is left out.
    func installed(_ number: Int) throws(HostFileError) -> InstalledGeneration {
        var texts: [String: String] = [:]
        var links: Set<String> = []
        for (path, entry) in try entries(of: number) where path != "stack.yaml" {
            switch entry {
            case .file(let bytes, _): texts[path] = String(decoding: bytes, as: UTF8.self)
            case .link: links.insert(path)
            }
        }
        return InstalledGeneration(number: number, texts: texts, links: links)
    }
}

extension Plan {
    /// The plan's entries as files, with the copy of the stack file they were made from.
    func generation(of stack: LoadedStack) -> [String: GenerationStore.Entry] {
        var result = entries.mapValues { entry -> GenerationStore.Entry in
            switch entry {
            case .text(let text): .file(Array(text.utf8), mode: 0o644)
            case .link(let target): .link(target)
            }
        }
        result["stack.yaml"] = .file(stack.bytes, mode: stack.mode)
        return result
    }
}

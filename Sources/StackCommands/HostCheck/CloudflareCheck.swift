// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import Diagnostics
internal import StackModel
internal import StackPlan

/// What a stack wants at Cloudflare, which this version of the program does not talk to.
enum CloudflareCheck {
    /// What somebody must know and do; the severity is that of a policy that lets in nobody.
    static func diagnostics(of stack: Stack, _ severity: Diagnostic.Severity) -> [Diagnostic] {
        audiences(stack, severity) + leftToDo(stack)
    }

    /// Policies in use whose audience the API would have to tell: their routes let in nobody.
    private static func audiences(_ stack: Stack, _ severity: Diagnostic.Severity) -> [Diagnostic] {
        guard stack.tunnel.named != nil else { return [] }
        let used = Set(stack.servers.flatMap(\.routes).compactMap { stack.policy(of: $0)?.name.value })
        return stack.policies.filter { used.contains($0.name.value) && $0.verification == nil }.map { policy in
            Diagnostic(
                severity, .unknownAudience,
                "this version does not talk to Cloudflare yet and cannot learn the audience of policy "
                    + "'\(policy.name.value)': nobody gets in",
                at: policy.name.range,
                hint: "make its Access application in the dashboard, and give the policy 'team-name' and 'audience'")
        }
    }

    /// One warning for everything that is left to do there.
    private static func leftToDo(_ stack: Stack) -> [Diagnostic] {
        guard let remote = RemotePlan(stack) else { return [] }
        return [
            Diagnostic(
                .warning, .leftToDoAtCloudflare,
                "this version does not talk to Cloudflare yet; to do there by hand: \(remote.summary)", at: nil,
                hint: "'mcp-stack plan' lists it")
        ]
    }
}

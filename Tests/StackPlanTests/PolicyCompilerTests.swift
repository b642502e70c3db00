// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Diagnostics
import LocatedYAML
import StackPlan
import Testing

@testable import StackModel

/// Access as Cloudflare's manual describes it, for the policies of one application.
private struct AccessEvaluator {
    let plan: RemotePlan
    let application: RemotePlan.Application

    /// Policies without a log-in come first, then the others in their order; the first match decides, and no match
    /// denies.
    func letsIn(_ visitor: Visitor) -> Bool {
        let policies = application.policies.sorted { $0.precedence < $1.precedence }.compactMap { reference in
            plan.policies.first { $0.name == reference.name }
        }
        if policies.contains(where: { $0.decision != .allow && matches($0, visitor) }) { return true }
        // Nobody but a person can log in, and with an offered provider only.
        guard let provider = visitor.provider, application.providers?.contains(provider) != false else { return false }
        return policies.contains { $0.decision == .allow && matches($0, visitor) }
    }

    private func matches(_ policy: RemotePlan.Policy, _ visitor: Visitor) -> Bool {
        policy.include.contains { holds($0, visitor) } && policy.require.allSatisfy { holds($0, visitor) }
            && !policy.exclude.contains { holds($0, visitor) }
    }

    private func holds(_ rule: RemoteRule, _ visitor: Visitor) -> Bool {
        let value = rule.fields.count == 1 ? rule.fields.values.first ?? "" : ""
        switch rule.selector {
        case "everyone": return true
        case "email": return visitor.email == value
        case "email_domain": return visitor.email != nil && visitor.domain == value
        case "geo": return visitor.country == value
        case "ip": return Universe.contains(value, visitor.address)
        case "login_method": return visitor.provider == value
        case "auth_method": return visitor.hasMFA && value == "mfa"
        case "device_posture": return visitor.devices.contains(value)
        case "service_token": return visitor.token == value
        case "any_valid_service_token": return visitor.token != nil
        case "github-organization":
            let team = rule.fields["team"].map { "/\($0)" } ?? ""
            return visitor.organizations.contains((rule.fields["name"] ?? "") + team)
        case "group":
            guard let group = plan.groups.first(where: { $0.name == value }) else {
                return visitor.groups.contains(value)
            }
            return group.include.contains { holds($0, visitor) }
        default:
            Issue.record("unknown selector '\(rule.selector)'")
            return false
        }
    }
}

@Suite("Compiled policies")
struct PolicyCompilerTests {
    private func stack(_ policy: RandomPolicy) throws -> Stack {
        let text = """
            version: 1
            tunnel: { mode: named, id: 6ff42ae2-765d-4adf-8112-31c55c1551ef, credentials: /x }
            servers: { a: { url: "http://localhost:1", hostname: a.example.com, access: p } }
            access:

            """
        let root = try #require(YAMLDocument(parsing: text + policy.yaml).root, "\(policy.yaml)")
        let findings = Findings()
        let stack = try #require(StackDecoder(findings).stack(from: root))
        #expect(findings.errorCount == 0, "\(findings.diagnostics.map(\.message)) in \(policy.yaml)")
        return stack
    }

    /// What Cloudflare does with the compiled policy is what the language says, whoever asks.
    @Test func meanWhatTheyMeanInTheLanguage() throws {
        var random = SeededGenerator(state: 1)
        var admitted = 0
        var denied = 0
        for _ in 0..<600 {
            let policy = RandomPolicy(&random)
            let stack = try stack(policy)
            let plan = try #require(RemotePlan(stack))
            #expect(plan.policies.allSatisfy { !$0.include.isEmpty }, "Access refuses a policy without include")
            let evaluator = AccessEvaluator(plan: plan, application: try #require(plan.applications.first))
            for _ in 0..<100 {
                let visitor = Visitor.random(&random)
                let isMeant = policy.letsIn(visitor)
                if isMeant { admitted += 1 } else { denied += 1 }
                guard evaluator.letsIn(visitor) != isMeant else { continue }
                Issue.record("\(visitor) is \(isMeant ? "denied" : "let in") by\n\(policy.yaml)\n\(plan.json)")
                return
            }
        }
        #expect(admitted > 3000 && denied > 3000, "\(admitted) got in and \(denied) did not")
    }

    /// What is called impassable is passed by nobody.
    @Test func areOnlyCalledImpassableWhenNobodyPasses() throws {
        var random = SeededGenerator(state: 2)
        var impassable = 0
        for _ in 0..<600 {
            let policy = RandomPolicy(&random)
            let compiled = try #require(try stack(policy).policies.first)
            for (index, alternative) in compiled.allow.enumerated() {
                guard Passability(alternative: alternative, policy: compiled).obstacle != nil else { continue }
                impassable += 1
                for _ in 0..<100 {
                    let visitor = Visitor.random(&random)
                    #expect(!policy.letsIn(visitor, by: index), "\(visitor) passes \(policy.yaml)")
                }
            }
        }
        #expect(impassable > 20)
    }

    @Test func areTheSameAfterAJourneyThroughJSON() throws {
        var random = SeededGenerator(state: 3)
        for _ in 0..<50 {
            let plan = try #require(RemotePlan(try stack(RandomPolicy(&random))))
            #expect(try RemotePlan(json: plan.json) == plan)
        }
    }

    @Test func aStackWithoutThemWantsNothingAtCloudflare() throws {
        let text = """
            version: 1
            tunnel: { mode: named, id: 6ff42ae2-765d-4adf-8112-31c55c1551ef, credentials: /x }
            servers: { a: { url: "http://localhost:1", hostname: a.example.com, access: public } }
            """
        #expect(RemotePlan(try #require(StackFile(parsing: text, name: "x").stack)) == nil)
        let local =
            "version: 1\ntunnel: { mode: local }\ndomain: localhost\ndefaults: { access: p }\n"
            + "servers: { a: { url: 'http://localhost:1' } }\naccess: { p: { allow: { everyone: true } } }\n"
        #expect(RemotePlan(try #require(StackFile(parsing: local, name: "x").stack)) == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Supervision
import Testing

private let start = ContinuousClock.now
private let quiet = WatchedStack.Server(
    name: "quiet", service: "mcp-server-quiet.service", socket: "mcp-server-quiet.socket", isOnDemand: true)
private let db = WatchedStack.Server(name: "db", service: "mcp-server-db.service")
private let outside = WatchedStack.Server(name: "n8n", service: nil)
private let gateway = WatchedStack.Connector(kind: "gateway", unit: "mcp-gateway.service")

private func state(_ servers: [WatchedStack.Server]) -> StackState {
    var state = StackState()
    state.adopt(WatchedStack(generation: 3, servers: servers, connector: gateway))
    return state
}

extension StackState {
    fileprivate mutating func see(_ unit: String, _ activity: UnitObservation.Activity) -> [Action] {
        observe(UnitObservation(unit: unit, activity: activity, cause: "exit status 3"), at: start)
    }

    fileprivate func state(of name: String) -> StatusReport.State? {
        report.servers.first { $0.name == name }?.state
    }
}

@Suite struct StackStateTests {
    typealias Case = (service: UnitObservation.Activity?, socket: UnitObservation.Activity?, StatusReport.State)

    @Test(
        arguments: [
            (.inactive, .active, .idle), (.active, .active, .healthy), (.activating, .active, .starting),
            (.waitingToRestart, .active, .failing), (.failed, .active, .failing), (.inactive, .inactive, .stopped),
            (.active, .inactive, .degraded), (.inactive, .failed, .failing), (.inactive, nil, .unknown),
            (nil, .active, .unknown), (.missing, .missing, .stopped), (.inactive, .activating, .starting),
        ] as [Case])
    func anOnDemandServerIsItsServiceAndItsSocket(_ row: Case) {
        var state = state([quiet])
        if let socket = row.socket { _ = state.see("mcp-server-quiet.socket", socket) }
        if let service = row.service { _ = state.see("mcp-server-quiet.service", service) }
        #expect(state.state(of: "quiet") == row.2)
        #expect(state.report.servers[0].detail.isEmpty == false)
    }

    @Test(
        arguments: [
            (.inactive, .stopped), (.active, .healthy), (.failed, .failing), (.missing, .stopped),
            (.activating, .starting),
        ] as [(UnitObservation.Activity, StatusReport.State)])
    func anAlwaysRunningServerIsItsService(activity: UnitObservation.Activity, expected: StatusReport.State) {
        var state = state([db])
        _ = state.see("mcp-server-db.service", activity)
        #expect(state.state(of: "db") == expected)
    }

    @Test(
        arguments: [
            (false, "serving", .healthy, "serving"),
            (true, "the server does not start", .degraded, "the server does not start"),
            (false, "", .healthy, "runs"), (true, "", .degraded, "runs, and says that something is wrong"),
        ] as [(Bool, String, StatusReport.State, String)])
    func whatSaysThatSomethingIsWrongIsDegraded(
        saysTrouble: Bool, text: String, expected: StatusReport.State, detail: String
    ) {
        var state = state([db])
        let seen = UnitObservation(
            unit: "mcp-server-db.service", activity: .active, statusText: text, saysTrouble: saysTrouble)
        _ = state.observe(seen, at: start)
        #expect(state.state(of: "db") == expected)
        #expect(state.report.servers[0].detail == detail)
        _ = state.observe(UnitObservation(unit: seen.unit, activity: .active, statusText: "serving"), at: start)
        #expect(state.state(of: "db") == .healthy)
    }

    @Test func whatRunsElsewhereIsUnknown() {
        #expect(state([outside]).state(of: "n8n") == .unknown)
    }

    @Test func actionsNameTheirSubject() {
        var state = state([quiet, db])
        #expect(
            state.see("mcp-server-quiet.socket", .failed) == [
                .report(
                    .init(
                        subject: .server("quiet"), unit: "mcp-server-quiet.socket",
                        finding: .restarting(cause: "exit status 3"))),
                .restart(unit: "mcp-server-quiet.socket"),
            ])
        #expect(
            state.see("mcp-gateway.service", .waitingToRestart) == [
                .report(
                    .init(
                        subject: .connector("gateway"), unit: "mcp-gateway.service",
                        finding: .failing(cause: "exit status 3")))
            ])
        #expect(state.see("ssh.service", .failed) == [])
        #expect(state.server(ofUnit: "mcp-server-quiet.socket") == "quiet")
        #expect(state.server(ofUnit: "mcp-gateway.service") == nil)
    }

    @Test func theSummaryCountsAndNamesTheTroubled() {
        #expect(StackState().summary == "nothing applied yet (run: mcp-stack apply)")
        var state = state([quiet, db])
        _ = state.see("mcp-server-quiet.socket", .active)
        _ = state.see("mcp-server-quiet.service", .inactive)
        _ = state.see("mcp-server-db.service", .failed)
        _ = state.see("mcp-gateway.service", .active)
        #expect(state.summary == "2 servers: 1 idle, 1 failing (db); gateway up")
    }

    @Test func anotherGenerationKeepsWhatIsKnownOfTheSameServers() {
        var state = state([quiet, db])
        _ = state.see("mcp-server-db.service", .active)
        _ = state.see("mcp-gateway.service", .active)
        var described = db
        described.endpoints = ["http://localhost/db"]
        state.adopt(WatchedStack(generation: 4, servers: [described], connector: gateway))
        #expect(state.report.servers.map(\.state) == [.healthy])
        #expect(state.report.servers.map(\.endpoints) == [["http://localhost/db"]])
        #expect(state.report.connector?.state == .healthy)
        #expect(state.report.generation == 4)
        state.adopt(WatchedStack(generation: 5))
        #expect(state.report.connector == nil)
        #expect(state.summary == "0 servers")
    }

    @Test func problemsAreBoundedNewestFirstAndNotRepeated() {
        var state = StackState()
        for number in 0..<120 {
            state.record(.init(time: UInt64(number), server: nil, unit: "u", message: "m\(number % 60)"))
        }
        #expect(state.problems.count == StackState.mostProblems)
        #expect(state.problems.first?.time == 119)
        #expect(Set(state.problems.map(\.message)).count == StackState.mostProblems)
    }
}

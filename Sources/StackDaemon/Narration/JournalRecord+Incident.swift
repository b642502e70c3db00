// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Supervision
import SystemdKit

extension JournalRecord {
    /// What the journal says about an incident.
    init(_ incident: StackState.Incident) {
        let subject = Phrasing(incident)
        let why = incident.finding.cause.map { $0.isEmpty ? "" : " (\($0))" } ?? ""
        switch incident.finding {
        case .failing:
            self.init(
                "\(subject.name) failed\(why); systemd starts it again", priority: .warning,
                id: subject.isServer ? MessageID.serverFailed : MessageID.connectorFailed)
        case .restarting:
            self.init(
                "\(subject.name) failed\(why); restarting it once", priority: .warning,
                id: subject.isServer ? MessageID.serverRestarted : MessageID.connectorFailed)
        case .gaveUp:
            self.init(
                "\(subject.name) failed again\(why); not restarting it any more. \(subject.remedy)",
                priority: .error, id: subject.isServer ? MessageID.serverGivenUp : MessageID.connectorGivenUp)
        case .restartRefused(let reason):
            self.init(
                "\(subject.name) failed and could not be restarted: \(reason). \(subject.remedy)",
                priority: .error, id: MessageID.restartRefused)
        case .recovered:
            self.init(
                "\(subject.name) is well again", priority: .notice,
                id: subject.isServer ? MessageID.serverRecovered : MessageID.connectorRecovered)
        }
        if case .server(let name) = incident.subject { fields.append(Field(.server, name)) }
        fields.append(Field(.subjectUnit, incident.unit))
        if let cause = incident.finding.cause, !cause.isEmpty { fields.append(Field(.cause, cause)) }
        if priority <= .warning { fields.append(Field(.remedy, subject.remedy)) }
    }
}

extension UnitHealth.Finding {
    fileprivate var cause: String? {
        switch self {
        case .failing(let cause), .restarting(let cause), .gaveUp(let cause): cause
        case .restartRefused(let reason): reason
        case .recovered: nil
        }
    }
}

private struct Phrasing {
    var name: String
    var remedy: String
    var isServer: Bool

    init(_ incident: StackState.Incident) {
        let again = "systemctl restart \(incident.unit)"
        switch incident.subject {
        case .server(let server):
            isServer = true
            name = incident.unit.hasSuffix(".socket") ? "the socket of server \(server)" : "server \(server)"
            remedy = "To see why: mcp-stack logs \(server); then: \(again)"
        case .connector(let kind):
            isServer = false
            name = kind == "tunnel" ? "the tunnel's connector" : "the \(kind)"
            remedy = "To see why: journalctl -u \(incident.unit); then: \(again)"
        }
    }
}

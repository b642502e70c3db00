// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The methods that metrics tell apart: those of the protocol; clients cannot add any.
enum RequestMethod: Int, CaseIterable {
    case initialize, ping, discover, listen, listTools, callTool, listResources, listResourceTemplates, readResource
    case subscribe, unsubscribe, listPrompts, getPrompt, complete, setLevel, getTask, listTasks, cancelTask, taskResult
    /// Every other one.
    case other

    /// The method as messages spell it.
    var name: String {
        switch self {
        case .initialize: "initialize"
        case .ping: "ping"
        case .discover: "server/discover"
        case .listen: "subscriptions/listen"
        case .listTools: "tools/list"
        case .callTool: "tools/call"
        case .listResources: "resources/list"
        case .listResourceTemplates: "resources/templates/list"
        case .readResource: "resources/read"
        case .subscribe: "resources/subscribe"
        case .unsubscribe: "resources/unsubscribe"
        case .listPrompts: "prompts/list"
        case .getPrompt: "prompts/get"
        case .complete: "completion/complete"
        case .setLevel: "logging/setLevel"
        case .getTask: "tasks/get"
        case .listTasks: "tasks/list"
        case .cancelTask: "tasks/cancel"
        case .taskResult: "tasks/result"
        case .other: "other"
        }
    }

    private static let known = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    /// Classifies a method.
    init(_ method: String?) {
        self = method.flatMap { Self.known[$0] } ?? .other
    }
}

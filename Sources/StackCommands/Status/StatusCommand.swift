// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
struct StatusCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "status") }
struct LogsCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "logs") }
struct MCPServerCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "mcp-server") }

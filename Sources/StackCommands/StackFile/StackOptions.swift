// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import ArgumentParser
internal import StackPlan

/// The options that every command takes.
struct StackOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The stack file.", valueName: "file"))
    var config: String = Locations.stackFile
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import StackBridge

@main
struct Main {
    static func main() async {
        await BridgeCommand.runAndExit()
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import ArgumentParser
import StackDaemon

@main
struct Main {
    static func main() async {
        await DaemonCommand.main()
    }
}

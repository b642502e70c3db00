// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Synchronization

/// The request to stop, which may come before there is a bridge to stop.
final class StopRequest: Sendable {
    private let state = Mutex<(isMade: Bool, server: BridgeServer?)>((false, nil))

    func make() {
        state.withLock { state in
            state.isMade = true
            return state.server
        }?.stop()
    }

    /// Passes the request on to a bridge, now if it was made already.
    func passOn(to server: BridgeServer) {
        let isMade = state.withLock { state in
            state.server = server
            return state.isMade
        }
        if isMade { server.stop() }
    }
}

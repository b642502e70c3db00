// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import NIOCore

extension BridgeHub {
    /// Ends the session that has been left alone for longest, when there are as many as there may be.
    ///
    /// Many clients never say that they are done; without this, the ones that left would keep others out until their
    /// sessions time out. A client that comes back after all gets 404 and starts over, as the protocol has it.
    func makeRoom(now: NIODeadline) {
        guard sessions.count >= configuration.maximumSessions else { return }
        let idle = sessions.values.filter {
            $0.core.isIdle && now - $0.core.idleSince >= configuration.session.spare
        }
        guard let session = idle.min(by: { $0.core.idleSince < $1.core.idleSince }) else { return }
        log("a session that was not used has ended to make room for another")
        perform(session.core.giveWay(), session)
    }
}

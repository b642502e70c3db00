// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import ServiceLifecycle

/// Lets the time for getting ready run out, and says goodbye.
///
/// It is the last of the services, and so the first to learn of a shutdown.
struct Announcer: Service {
    let keeper: StackKeeper
    let deadline: Duration

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Cancelled by the shutdown; a readiness that is announced by then changes nothing.
                guard (try? await Task.sleep(for: deadline)) != nil else { return }
                await keeper.readinessExpired()
            }
            try? await gracefulShutdown()
            group.cancelAll()
        }
        await keeper.stop()
    }
}

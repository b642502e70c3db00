// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

import Logging
import ServiceLifecycle
import StackObservation
import Supervision
import SystemdKit
import UnixSignals

/// The daemon, put together.
struct Daemon {
    /// How long READY may wait for a full view of the stack.
    private static let readinessDeadline: Duration = .seconds(10)

    let statePath: String
    let socketPath: String

    /// Runs until SIGTERM or SIGINT.
    func run(log: DaemonLog) async throws {
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let notifier = ServiceNotifier()
        let watchdog = ServiceNotifier.watchdogInterval
        let heartbeat = Self.heartbeat(forWatchdog: watchdog)
        let progress = ProgressMonitor(spacing: heartbeat) {
            if watchdog != nil { notifier.watchdog() }
        }
        let keeper = StackKeeper(notifier: notifier, log: log)
        let stateFile = InstalledStateFile(path: statePath)
        await keeper.adopt(Result { () throws(StateFileError) in try stateFile.read() })

        let journal = JournalWatcher(keeper: keeper, progress: progress, heartbeat: heartbeat)
        let units = UnitWatcher(
            keeper: keeper, stateFile: stateFile, journal: journal, progress: progress, heartbeat: heartbeat)
        let status = StatusServer(
            path: socketPath, keeper: keeper, progress: progress, heartbeat: heartbeat, log: log)
        let announcer = Announcer(keeper: keeper, deadline: Self.readinessDeadline)
        let services: [any Service] = [
            status, journal, units, HangupListener(signals: hangups, reread: { units.reread() }), announcer,
        ]
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            // What there is to say is said by the daemon, in the journal's own form.
            logger: Logger(label: "mcp-stackd") { _ in SwiftLogNoOpLogHandler() })
        // Together below the unit's TimeoutStopSec=.
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        configuration.maximumCancellationDuration = .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }

    /// How often each loop wakes by itself: often enough that the watchdog hears of all of them in time.
    static func heartbeat(forWatchdog interval: Duration?) -> Duration {
        max(min((interval ?? .seconds(8)) / 4, .seconds(2)), .milliseconds(50))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

@preconcurrency import Dispatch

/// Calls a handler for signals, from outside any signal context.
final class SignalWatch: Sendable {
    private let sources: [any DispatchSourceSignal]
    private let watching = DispatchGroup()

    init(_ signals: [CInt], _ handler: @escaping @Sendable (CInt) -> Void) {
        let watching = watching
        sources = signals.map { number in
            let source = DispatchSource.makeSignalSource(signal: number)
            watching.enter()
            source.setRegistrationHandler { watching.leave() }
            source.setEventHandler { handler(number) }
            source.resume()
            return source
        }
    }

    /// Returns when no signal is missed any more; before that, each does what it does by default.
    func waitUntilWatching() async {
        await withCheckedContinuation { continuation in
            watching.notify(queue: .global()) { continuation.resume() }
        }
    }

    func cancel() {
        for source in sources { source.cancel() }
    }
}

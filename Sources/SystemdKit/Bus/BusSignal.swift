// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Something that systemd announced, or that the connection noticed by itself.
public enum BusSignal: Sendable, Equatable {
    /// Properties of a watched unit changed; ask for them.
    ///
    /// It is said once, and again only after somebody asked for the unit's properties.
    case unitChanged(String)
    /// A watched unit was loaded.
    case unitNew(String)
    /// A watched unit was unloaded.
    case unitRemoved(String)
    /// A job of a watched unit ended.
    case jobRemoved(JobOutcome)
    /// systemd began (true) or finished (false) reloading its units.
    case reloading(Bool)
    /// Signals were lost because nobody took them in time: look at everything again.
    case overflowed
    /// The connection's thread is alive; comes at least once in every heartbeat.
    case heartbeat
}

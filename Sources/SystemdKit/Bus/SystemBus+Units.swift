// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension SystemBus {
    /// The version of the service manager that runs.
    public func managerVersion() async throws(BusError) -> SystemdVersion {
        var request = method(
            "Get",
            arguments: { (message) throws(BusError) in
                try message.append(Systemd.manager)
                try message.append("Version")
            }, decode: { (message) throws(BusError) in try message.readVariant() })
        request.interface = "org.freedesktop.DBus.Properties"
        guard case .string(let text)? = try await call(request), let version = SystemdVersion(parsing: text) else {
            throw BusError(code: .badReply, message: "systemd did not tell its version")
        }
        return version
    }

    /// The loaded units whose names match one of the patterns (fnmatch(3), or plain names).
    ///
    /// No pattern matches nothing.
    public func units(matching patterns: [String]) async throws(BusError) -> [UnitSummary] {
        guard !patterns.isEmpty else { return [] }
        return try await call(
            method(
                "ListUnitsByPatterns",
                arguments: { (message) throws(BusError) in
                    try message.append([String]())
                    try message.append(patterns)
                }, decode: Self.readUnits))
    }

    /// What systemd knows about a unit; a unit that does not exist has the load state `not-found`.
    public func properties(of unit: String) async throws(BusError) -> UnitProperties {
        let path = try Systemd.path(ofUnit: unit)
        var request = method(
            "GetAll",
            // The empty name asks for the properties of all interfaces of the object at once.
            arguments: { (message) throws(BusError) in try message.append("") },
            decode: { (message) throws(BusError) in try Self.readProperties(message, of: unit) })
        request.path = path
        request.interface = "org.freedesktop.DBus.Properties"
        willAsk(about: unit)
        var properties = try await call(request)
        let down = properties.activeState == .failed || properties.activeState == .inactive
        if down, properties.inactiveEnterTimestampMonotonic > 0 {
            properties.stoppedByJob = await finishedJob(
                of: unit, since: properties.inactiveEnterTimestampMonotonic)
        }
        return properties
    }

    private static func readUnits(_ message: BusMessage) throws(BusError) -> [UnitSummary] {
        var units: [UnitSummary] = []
        try message.forEach(in: "(ssssssouso)") { (message) throws(BusError) in
            let unit = try message.inside("r", "ssssssouso") { (message) throws(BusError) in
                let name = try message.readString()
                try message.skip("s")
                let loadState = try message.readString()
                let activeState = ActiveState(rawValue: try message.readString()) ?? .unknown
                let subState = try message.readString()
                try message.skip("souso")
                return UnitSummary(
                    name: name, loadState: loadState, activeState: activeState, subState: subState)
            }
            units.append(unit)
        }
        return units
    }

    private static func readProperties(
        _ message: BusMessage, of unit: String
    ) throws(BusError) -> UnitProperties {
        var properties = UnitProperties(name: unit)
        try message.forEach(in: "{sv}") { (message) throws(BusError) in
            try message.inside("e", "sv") { (message) throws(BusError) in
                let name = try message.readString()
                if let value = try message.readVariant() { properties.set(name, to: value) }
            }
        }
        return properties
    }
}

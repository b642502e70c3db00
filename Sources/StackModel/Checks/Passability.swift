// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// Whether somebody can meet one alternative of a policy's `allow` and the rest of it.
///
/// It looks at what a person has one of: an address, a country, an identity provider. What it finds is certain; what
/// groups and networks of the account leave over, it does not know.
struct Passability {
    let alternative: AccessRules
    let policy: AccessPolicy

    /// What stands in everybody's way; nil when nothing was found.
    var obstacle: String? {
        if !isAddressPossible { return "no address is allowed, required and not excluded at once" }
        if !isCountryPossible { return "no country is allowed, required and not excluded at once" }
        if !isProviderPossible { return "no identity provider is offered, allowed, required and not excluded at once" }
        if excludesEveryNetwork { return "every network is excluded" }
        return nil
    }

    private var positive: [AccessRules] { [alternative, policy.require].compactMap(\.self) }
    private var exclude: AccessRules? { policy.exclude }

    // MARK: Addresses

    private var isAddressPossible: Bool {
        let demands = positive.filter(\.nameAddresses)
        guard let first = demands.first else { return true }
        let rest = demands.dropFirst()
        let addresses = demands.flatMap(\.emails).map(\.value)
        if addresses.contains(where: { address in demands.allSatisfy { Self.names($0, address) } && isFree(address) }) {
            return true
        }
        return first.emailDomains.map(\.value).contains { domain in
            let isRequired = rest.allSatisfy { $0.emailDomains.contains { $0.value == domain } }
            return isRequired && exclude?.emailDomains.contains { $0.value == domain } != true
        }
    }

    private static func names(_ rules: AccessRules, _ address: String) -> Bool {
        rules.emails.contains { $0.value == address }
            || rules.emailDomains.contains { $0.value == EmailAddress.domain(of: address) }
    }

    private func isFree(_ address: String) -> Bool {
        exclude.map { !Self.names($0, address) } ?? true
    }

    // MARK: One of a set

    private var isCountryPossible: Bool {
        var lists = positive.map { Set($0.countries.map(\.value)) }
        lists.append(Set((exclude?.countriesExcept ?? []).map(\.value)))
        return isPossible(lists, except: Set((exclude?.countries ?? []).map(\.value)))
    }

    private var isProviderPossible: Bool {
        let lists = (positive.map(\.identityProviders) + [policy.identityProviders]).map { Set($0.map(\.value)) }
        // A name and a kind may be one provider.
        guard !lists.joined().contains(where: { $0.kind == nil }) else { return true }
        return isPossible(lists, except: Set((exclude?.identityProviders ?? []).map(\.value)))
    }

    /// Whether a value is in every set that says anything, and not among the exceptions.
    private func isPossible<Value: Hashable>(_ sets: [Set<Value>], except: Set<Value>) -> Bool {
        let given = sets.filter { !$0.isEmpty }
        guard let first = given.first else { return true }
        return !given.dropFirst().reduce(first) { $0.intersection($1) }.subtracting(except).isEmpty
    }

    // MARK: Networks

    private var excludesEveryNetwork: Bool {
        let networks = Set((exclude?.networks ?? []).map(\.value))
        return networks.isSuperset(of: ["0.0.0.0/0", "::/0"])
    }
}

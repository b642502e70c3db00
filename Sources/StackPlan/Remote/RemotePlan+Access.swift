// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

extension RemotePlan {
    /// A reusable Access policy.
    ///
    /// Cloudflare looks at `non_identity` and `bypass` policies first, then at the others by precedence; the first that matches
    /// decides, and none means denied. Of `include` one rule must hold, of `require` all, of `exclude` none.
    public struct Policy: Sendable, Equatable, Codable {
        /// What a match decides.
        public enum Decision: String, Sendable, Codable {
            /// The person gets in.
            case allow
            /// The service token gets in.
            case nonIdentity = "non_identity"
            /// Everybody gets in, and nobody logs in.
            case bypass
        }

        /// The name.
        public var name: String
        /// What a match decides.
        public var decision: Decision
        /// The rules one of which must hold.
        public var include: [RemoteRule]
        /// The rules all of which must hold.
        public var require: [RemoteRule]
        /// The rules none of which may hold.
        public var exclude: [RemoteRule]
        /// Whether people are asked why they want in.
        public var purposeRequired: Bool?
        /// The question they are asked.
        public var purposePrompt: String?
        /// Whether somebody must agree.
        public var approvalRequired: Bool?
        /// Who must agree.
        public var approvalGroups: [ApprovalGroup]?
        /// The second factor that Access asks for.
        public var mfa: MFA?

        init(
            _ name: String, _ decision: Decision, include: [RemoteRule], require: [RemoteRule], exclude: [RemoteRule]
        ) {
            self.name = name
            self.decision = decision
            self.include = include
            self.require = require
            self.exclude = exclude
        }

        /// What undoes the policy of a wildcard for a name of its own.
        static let everybody = Policy(
            "mcp-stack: public", .bypass, include: [.everyone], require: [], exclude: [])

        private enum CodingKeys: String, CodingKey {
            case name, decision, include, require, exclude
            case purposeRequired = "purpose_justification_required"
            case purposePrompt = "purpose_justification_prompt"
            case approvalRequired = "approval_required"
            case approvalGroups = "approval_groups"
            case mfa = "mfa_config"
        }
    }

    /// People who agree to a log-in.
    public struct ApprovalGroup: Sendable, Equatable, Codable {
        /// How many of them must.
        public var needed: Int
        /// Their addresses.
        public var addresses: [String]

        private enum CodingKeys: String, CodingKey {
            case needed = "approvals_needed"
            case addresses = "email_addresses"
        }
    }

    /// The second factor that Access asks for.
    public struct MFA: Sendable, Equatable, Codable {
        /// Always false: the factor is asked for.
        public var isDisabled = false
        /// The factors that are accepted; nil for those of the account.
        public var methods: [String]?
        /// How long it is not asked for again.
        public var session: String?

        private enum CodingKeys: String, CodingKey {
            case isDisabled = "mfa_disabled"
            case methods = "allowed_authenticators"
            case session = "session_duration"
        }
    }

    /// A self-hosted Access application.
    public struct Application: Sendable, Equatable, Codable {
        /// The name.
        public var name: String
        /// The kind of application.
        public var type = "self_hosted"
        /// The host name.
        public var domain: String
        /// The same, as newer versions of the API have it.
        public var destinations: [Destination]
        /// The policies.
        public var policies: [PolicyReference]
        /// How long a log-in lasts.
        public var session: String
        /// The identity providers that are offered, by kind or name; nil for all.
        public var providers: [String]?
        /// Access as an OAuth server.
        public var oauth: OAuth?
        /// The mark of ownership.
        public var tags = ["mcp-stack"]

        private enum CodingKeys: String, CodingKey {
            case name, type, domain, destinations, policies, tags
            case session = "session_duration"
            case providers = "allowed_idps"
            case oauth = "oauth_configuration"
        }
    }

    /// What an application protects.
    public struct Destination: Sendable, Equatable, Codable {
        /// The kind of place.
        public var type = "public"
        /// The host name.
        public var uri: String
    }

    /// A policy of an application.
    public struct PolicyReference: Sendable, Equatable, Codable {
        /// The policy's name.
        public var name: String
        /// Its place in the order, from 1.
        public var precedence: Int
    }

    /// Access as an OAuth server.
    public struct OAuth: Sendable, Equatable, Codable {
        /// Always true.
        public var enabled = true
        /// How clients register themselves.
        public var registration: Registration

        private enum CodingKeys: String, CodingKey {
            case enabled
            case registration = "dynamic_client_registration"
        }

        /// How clients register themselves (RFC 7591), which MCP clients do.
        public struct Registration: Sendable, Equatable, Codable {
            /// Always true.
            public var enabled = true
            /// Whether clients on the person's own machine may, by name.
            public var allowsLocalhost = true
            /// Whether clients on the person's own machine may, by address.
            public var allowsLoopback = true
            /// The other places to which a client may be sent back.
            public var redirectURIs: [String]

            private enum CodingKeys: String, CodingKey {
                case enabled
                case allowsLocalhost = "allow_any_on_localhost"
                case allowsLoopback = "allow_any_on_loopback"
                case redirectURIs = "allowed_uris"
            }
        }
    }
}

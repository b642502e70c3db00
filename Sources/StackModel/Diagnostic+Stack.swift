// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

public import Diagnostics

/// The codes of what can be wrong with a stack file. Numbers are never reused.
extension Diagnostic.Code {
    /// A value has the wrong type.
    public static let wrongType = Diagnostic.Code(2001)
    /// A required key is missing.
    public static let missingKey = Diagnostic.Code(2002)
    /// A key means nothing here.
    public static let unknownKey = Diagnostic.Code(2003)
    /// A value of the right type cannot be used.
    public static let invalidValue = Diagnostic.Code(2004)
    /// Two keys exclude each other.
    public static let contradiction = Diagnostic.Code(2005)
    /// The language has this, and this version of the program does not do it yet.
    public static let notSupportedYet = Diagnostic.Code(2006)
    /// The file is written for another version of the language.
    public static let unknownVersion = Diagnostic.Code(2007)

    /// A route says nothing about who may use it.
    public static let missingAccess = Diagnostic.Code(3001)
    /// Two routes match exactly the same requests.
    public static let duplicateRoute = Diagnostic.Code(3002)
    /// A route is never reached, because an earlier one takes all its requests.
    public static let shadowedRoute = Diagnostic.Code(3003)
    /// Two servers listen on one port.
    public static let duplicatePort = Diagnostic.Code(3004)
    /// A server cannot be reached by anybody.
    public static let unreachableServer = Diagnostic.Code(3005)
    /// A path expression matches more than it seems to say.
    public static let unanchoredPath = Diagnostic.Code(3006)
    /// Something that looks like a secret stands in the file as it is.
    public static let plainSecret = Diagnostic.Code(3007)
    /// Routes of one host name say different things about who may use them.
    public static let divergingAccess = Diagnostic.Code(3008)
    /// A route for any host name takes requests of protected ones.
    public static let routeAroundAccess = Diagnostic.Code(3009)
    /// The path that a server is asked for is not one that it answers.
    public static let prefixNotStripped = Diagnostic.Code(3010)
    /// A key that cloudflared reads and that does nothing here.
    public static let idleOriginKey = Diagnostic.Code(3011)
    /// A way to talk to an origin that loses security or requests.
    public static let dangerousOriginKey = Diagnostic.Code(3012)
    /// A command that has a server listen for the whole network.
    public static let exposedListener = Diagnostic.Code(3013)
    /// A host name that Cloudflare's free certificates do not cover.
    public static let uncoveredHostname = Diagnostic.Code(3015)
    /// A tunnel that is good for testing only.
    public static let quickTunnel = Diagnostic.Code(3016)
    /// Sessions behind connectors that share no state.
    public static let sessionsBehindReplicas = Diagnostic.Code(3017)
    /// A tunnel whose routes may come from somewhere else.
    public static let routesFromDashboard = Diagnostic.Code(3018)
    /// A path expression is written like a file pattern, and compiles all the same.
    public static let globLikePath = Diagnostic.Code(3020)
    /// A name of a policy that the stack does not have.
    public static let unknownPolicy = Diagnostic.Code(3021)
    /// A policy that nothing names.
    public static let unusedPolicy = Diagnostic.Code(3022)
    /// Rules that nobody can meet.
    public static let impassablePolicy = Diagnostic.Code(3030)
    /// A second factor that the identity providers do not report.
    public static let unreportedMFA = Diagnostic.Code(3031)
    /// A rule against everybody else, whom nothing lets in anyway.
    public static let blockRule = Diagnostic.Code(3032)
    /// `everyone` beside somebody.
    public static let everyoneAndSomebody = Diagnostic.Code(3033)
    /// Rules that let in whoever logs in.
    public static let openPolicy = Diagnostic.Code(3034)
    /// A service token among the rules for people.
    public static let serviceTokenRule = Diagnostic.Code(3035)
    /// A policy on a route that has no host name to protect.
    public static let policyWithoutHostname = Diagnostic.Code(3036)
    /// A policy that the connector cannot check.
    public static let uncheckablePolicy = Diagnostic.Code(3037)
    /// Something that Cloudflare does, in a stack whose requests do not pass there.
    public static let nothingAtCloudflare = Diagnostic.Code(3038)
    /// A rate limit that has no host name to count requests of.
    public static let rateLimitWithoutHostname = Diagnostic.Code(3039)
}

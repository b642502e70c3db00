// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

internal import StackModel

/// nginx's configuration in local mode: the same routing that cloudflared does in a tunnel, on loopback.
///
/// nginx picks a server block by the most specific name and not by order, so every block repeats, in order, all
/// routes that stand for its name. Within a block, expressions are tried in order and a route for any path ends
/// the list, as with cloudflared.
struct GatewayConfiguration {
    let stack: Stack
    let facts: Facts
    let table: RouteTable

    init(stack: Stack, facts: Facts) {
        self.stack = stack
        self.facts = facts
        table = RouteTable(stack)
    }

    var text: String {
        var out = Lines()
        for line in StackCompiler(stack: stack, facts: facts).header { out.add("# \(line)") }
        out.add("daemon off;")
        out.add("pid /run/mcp-gateway/nginx.pid;")
        out.add("error_log stderr warn;")
        out.add("worker_processes 1;")
        out.block("events") { $0.add("worker_connections 4096;") }
        out.block("http") { http(&$0) }
        return Self.stamped(out.text)
    }

    private func http(_ out: inout Lines) {
        out.add("access_log off;")
        out.add("server_tokens off;")
        out.add("server_names_hash_bucket_size 512;")
        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            out.add("\(kind)_temp_path /run/mcp-gateway/\(kind);")
        }
        out.add("merge_slashes off;")
        out.add("client_max_body_size 0;")
        out.add("proxy_http_version 1.1;")
        out.add("proxy_buffering off;")
        out.add("proxy_request_buffering off;")
        out.add("proxy_read_timeout 24h;")
        out.add("proxy_send_timeout 24h;")
        if !facts.resolvers.isEmpty {
            let resolvers = facts.resolvers.map { $0.contains(":") ? "[\($0)]" : $0 }
            out.add("resolver \(resolvers.joined(separator: " "));")
        }
        out.block("map $http_upgrade $mcp_connection") {
            $0.add("default upgrade;")
            $0.add("'' '';")
        }
        for server in stack.servers where address(of: server) != nil { upstream(server, &out) }
        host(nil, &out)
        var done: Set<String> = []
        for row in table.rows {
            guard let hostname = row.route.hostname, done.insert(hostname).inserted else { continue }
            host(hostname, &out)
        }
    }

    /// The address for an `upstream` block; nil where the name must be looked up anew while nginx runs.
    private func address(of server: Server) -> String? {
        switch server.program {
        case .stdio, .proxied, .status: return "unix:\(Locations.serverSocket(server.name.value))"
        case .http(_, let port): return "127.0.0.1:\(port.value)"
        case .external(let url):
            let host = url.value.host
            guard let port = url.value.effectivePort else { return "unix:\(host)" }
            guard isAddress(host) || facts.resolvers.isEmpty else { return nil }
            return "\(host):\(port)"
        }
    }

    private func isAddress(_ host: String) -> Bool {
        host == "localhost" || host.hasPrefix("[") || IPAddress.isIPv4(host)
    }

    private func upstream(_ server: Server, _ out: inout Lines) {
        guard let address = address(of: server) else { return }
        out.block("upstream mcp-\(server.name.value)") {
            $0.add("server \(literal(address)) max_fails=0;")
            $0.add("keepalive 16;")
            $0.add("keepalive_timeout \(server.settings.origin.keepAlive.wholeSeconds)s;")
        }
    }

    private func host(_ hostname: String?, _ out: inout Lines) {
        out.block("server") { out in
            out.add("listen 127.0.0.1:\(Locations.gatewayPort)\(hostname == nil ? " default_server" : "");")
            out.add("server_name \(hostname ?? "_");")
            if hostname == nil {
                out.add("location = \(Self.fingerprintPath) { return 200 \"\(Self.placeholder)\"; }")
            }
            for row in table.rows(covering: hostname) {
                location(row.route, row.server, &out)
                if row.route.path == nil { return }
            }
            out.block("location /") { $0.add("return 404;") }
        }
    }

    private func location(_ route: Route, _ server: Server, _ out: inout Lines) {
        out.block(route.path.map { "location ~ \(quoted($0))" } ?? "location /") { out in
            let origin = server.settings.origin
            out.add("proxy_set_header Host \(hostHeader(server));")
            out.add("proxy_set_header X-Forwarded-Host $http_host;")
            out.add("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;")
            out.add("proxy_set_header X-Forwarded-Proto $scheme;")
            out.add("proxy_set_header Upgrade $http_upgrade;")
            out.add("proxy_set_header Connection $mcp_connection;")
            if let timeout = origin.duration(.connectTimeout) {
                out.add("proxy_connect_timeout \(timeout.unitText);")
            }
            var scheme = "http"
            if case .external(let url) = server.program {
                if url.value.isTLS {
                    scheme = "https"
                    tls(url.value, origin, &out)
                }
                if address(of: server) == nil {
                    // A variable makes nginx look the name up when it is needed, so that one
                    // name that does not resolve cannot keep the gateway from starting.
                    out.add("set $mcp_origin \(scheme)://\(url.value.host):\(url.value.effectivePort ?? 80);")
                    out.add("proxy_pass $mcp_origin;")
                    return
                }
            }
            out.add("proxy_pass \(scheme)://mcp-\(server.name.value);")
        }
    }

    private func hostHeader(_ server: Server) -> String {
        if let own = server.settings.origin.text(.httpHostHeader), !own.isEmpty { return literal(own) }
        // MCP SDKs answer 421 to a Host that is not their own address.
        if case .http(_, let port) = server.program { return "localhost:\(port.value)" }
        return "$http_host"
    }

    private func tls(_ url: OriginURL, _ origin: OriginRequest, _ out: inout Lines) {
        out.add("proxy_ssl_server_name on;")
        out.add("proxy_ssl_name \(origin.text(.originServerName).map(literal) ?? url.host);")
        guard !origin.isOn(.noTLSVerify) else { return out.add("proxy_ssl_verify off;") }
        out.add("proxy_ssl_verify on;")
        out.add("proxy_ssl_verify_depth 4;")
        let authorities = origin.text(.caPool) ?? "/etc/ssl/certs/ca-certificates.crt"
        out.add("proxy_ssl_trusted_certificate \(literal(authorities));")
    }

    /// A word of a directive; the model lets no `$` into one where nginx looks for variables.
    private func literal(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-._:/[]".unicodeScalars.contains(scalar))
        }
        return isPlain ? text : quoted(text)
    }

    /// A string as nginx reads it: quotes and backslashes escaped, so that nothing ends it early.
    private func quoted(_ text: String) -> String {
        var result = "\""
        // By scalar: a quote with a combining mark behind it is another character, and still ends the string.
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}

/// Lines of nested blocks.
private struct Lines {
    private(set) var text = ""
    private var indent = ""

    mutating func add(_ line: String) {
        text += "\(indent)\(line)\n"
    }

    mutating func block(_ head: String, _ body: (inout Lines) -> Void) {
        add("\(head) {")
        indent += "    "
        body(&self)
        indent.removeLast(4)
        add("}")
    }
}

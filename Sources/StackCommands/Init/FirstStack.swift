// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

/// The stack file that `init` writes.
enum FirstStack {
    static let text = #"""
        # yaml-language-server: $schema=/usr/share/mcp-stack/stack.schema.json
        # The MCP servers of this machine, and how they are reached.
        #
        #   mcp-stack check    says what is wrong with this file
        #   mcp-stack plan     shows what 'apply' would change
        #   mcp-stack apply    makes the machine what this file says
        #   man stack.yaml     says what can stand here
        version: 1

        # 'local' needs no account: nginx routes on http://127.0.0.1:8787.
        # With Cloudflare, it is a tunnel and no open port:
        #   tunnel:
        #     mode: named
        #     id: 6ff42ae2-765d-4adf-8112-31c55c1551ef
        #     credentials: /etc/mcp-stack/tunnel.json   # from 'cloudflared tunnel create', mode 0600
        tunnel:
          mode: local

        servers:
          # The stack's own server: any MCP client can ask it how the stack is doing.
          status:
            builtin: status
            routes:
              - hostname: status.localhost             # http://status.localhost:8787/mcp
              - path: ^/status(/.*)?$                  # http://127.0.0.1:8787/status/mcp
                strip-prefix: true
            access: public                             # who may use it; 'mode: local' is this machine only

          # A server that speaks stdio, started by the first request and stopped when idle:
          #
          # time:
          #   command: [/opt/mcp/bin/mcp-server-time, --local-timezone, UTC]
          #   hostname: time.localhost
          #   network: none                            # none | loopback | outbound | full
          #   idle-timeout: 10m
          #   secrets:                                 # set with: mcp-stack secret set example-token
          #     API_TOKEN: { credential: example-token }
          #   access: public

          # A server that speaks HTTP itself:
          #
          # db:
          #   command: [/usr/bin/node, /srv/db-mcp/server.js, --port, "3002"]
          #   port: 3002
          #   hostname: db.localhost
          #   access: public
        """# + "\n"
}

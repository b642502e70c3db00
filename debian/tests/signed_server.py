# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""A server that speaks HTTP and has its clients sign in, written against PyPI's `mcp`, 1.x and 2.x alike.

  signed_server.py PORT RESOURCE    the tokens `ada` and `bob` are good; RESOURCE is the server's public URL
"""

import sys

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.auth.settings import AuthSettings

try:
    from mcp.server.mcpserver import MCPServer
    IS_V2 = True
except ImportError:
    from mcp.server.fastmcp import FastMCP as MCPServer
    IS_V2 = False


class Verifier(TokenVerifier):
    async def verify_token(self, token):
        return AccessToken(token=token, client_id=token, scopes=["user"]) if token in ("ada", "bob") else None


listening = {"host": "127.0.0.1", "port": int(sys.argv[1])}
settings = AuthSettings(issuer_url="https://auth.example.com", resource_server_url=sys.argv[2],
                        required_scopes=["user"])
server = MCPServer("signed", token_verifier=Verifier(), auth=settings, **({} if IS_V2 else listening))


@server.tool()
def who() -> str:
    """Answers who asks."""
    return get_access_token().client_id


server.run("streamable-http", **(listening if IS_V2 else {}))

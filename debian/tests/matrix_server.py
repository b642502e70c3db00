# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""A stdio server for the matrix of clients, written against PyPI's `mcp`, 1.x and 2.x alike.

  matrix_server.py [--stateless] [--noise]
  matrix_server.py --http PORT | --sse PORT

  --stateless   (2.x) serves 2026-07-28 only: a handshake is refused as such a server refuses it
  --http, --sse speaks Streamable HTTP or HTTP+SSE itself, on that port of 127.0.0.1
  --noise       writes to standard output what is no message, and much to standard error
"""

import json
import os
import sys
import threading
from typing import Annotated

import anyio
from mcp.server.stdio import stdio_server
from pydantic import Field

try:
    from mcp.server.lowlevel import NotificationOptions
    from mcp.server.mcpserver import Context, MCPServer
    IS_V2 = True
except ImportError:
    from mcp.server.fastmcp import Context
    from mcp.server.fastmcp import FastMCP as MCPServer
    from mcp.server.lowlevel import NotificationOptions
    IS_V2 = False

TRANSPORTS = {"--http": "streamable-http", "--sse": "sse"}
transport = TRANSPORTS.get(sys.argv[1]) if len(sys.argv) == 3 else None
listening = {"host": "127.0.0.1", "port": int(sys.argv[2])} if transport else {}
server = MCPServer("matrix", **({} if IS_V2 else listening))
wire = os.dup(1)
cancelled = []
notes = 0


@server.tool()
def echo(text: str) -> str:
    """Answers what it was asked."""
    return text


@server.tool()
def place(region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})]) -> str:
    """Answers what stateless requests repeat in their header."""
    return region


@server.tool()
def pid() -> str:
    """Answers which process serves."""
    return str(os.getpid())


@server.tool()
async def slow(ctx: Context, steps: int = 3, pause: float = 0.05, name: str = "") -> str:
    """Takes its time and tells how far it is."""
    try:
        for step in range(steps):
            await ctx.report_progress(step + 1, steps)
            await anyio.sleep(pause)
    except anyio.get_cancelled_exc_class():
        cancelled.append(name)
        raise
    return f"{steps} steps"


@server.tool()
def cancellations() -> str:
    """Answers which calls of `slow` were cancelled."""
    return " ".join(cancelled)


@server.tool(structured_output=False)
def big(size: int) -> str:
    """Answers so many bytes."""
    return "é" * (size // 2)


@server.tool()
def chatter(lines: int) -> str:
    """Writes lines to standard error and noise to standard output."""
    for number in range(lines):
        print(f"line {number} of what a server says besides", file=sys.stderr)
    os.write(wire, b"this is no message\n[1, 2\n\xff\xfe\n\n")
    return "said"


@server.tool()
def crash(status: int = 7) -> str:
    """Ends the process."""
    os._exit(status)


@server.tool()
async def change(ctx: Context) -> str:
    """Says that the list of tools has changed, and that the note has."""
    global notes
    notes += 1
    if IS_V2 and "--stateless" in sys.argv:
        await ctx.notify_tools_changed()
        await ctx.notify_resource_updated("note://one")
    else:
        await ctx.session.send_tool_list_changed()
        await ctx.session.send_resource_updated("note://one")
        if IS_V2 and transport:
            await ctx.notify_tools_changed()
    return "changed"


@server.resource("note://one")
def note() -> str:
    """A note."""
    return f"note {notes}"


@server.prompt()
def greet(name: str) -> str:
    """A prompt."""
    return f"Greet {name}"


def low_level():
    return server._lowlevel_server if IS_V2 else server._mcp_server


def without_handshake():
    """Standard input without `initialize`, which is refused in the words of a server that knows no sessions."""
    reading, writing = os.pipe()

    def pump():
        with os.fdopen(writing, "wb", buffering=0) as kept, os.fdopen(os.dup(0), "rb") as lines:
            for line in lines:
                message = json.loads(line)
                if message.get("method") != "initialize":
                    kept.write(line)
                    continue
                error = {"code": -32022, "message": "Unsupported protocol version",
                         "data": {"supported": ["2026-07-28"],
                                  "requested": message["params"]["protocolVersion"]}}
                answer = {"jsonrpc": "2.0", "id": message["id"], "error": error}
                os.write(wire, json.dumps(answer).encode() + b"\n")

    threading.Thread(target=pump, daemon=True).start()
    return anyio.wrap_file(os.fdopen(reading, "r", encoding="utf-8"))


async def main():
    stdin = without_handshake() if "--stateless" in sys.argv else None
    options = low_level().create_initialization_options(NotificationOptions(tools_changed=True))
    async with stdio_server(stdin) as (reading, writing):
        await low_level().run(reading, writing, options)


if "--noise" in sys.argv:
    print("ready to serve (this is no message)", flush=True)
if transport:
    server.run(transport, **(listening if IS_V2 else {}))
else:
    anyio.run(main)

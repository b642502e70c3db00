# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""A real MCP client, PyPI's `mcp`, as the tests use it.

  client.py tools URL               prints the names of the tools
  client.py call URL TOOL [JSON]    calls a tool and prints the text it answers
  client.py session URL TOOL [JSON] one session: calls the tool once for each line of standard input
"""

import json
import sys

import anyio
from mcp import Client


def text(result):
    if result.is_error:
        sys.exit(f"the tool answered with an error: {result.content}")
    return " ".join(part.text for part in result.content if part.type == "text")


async def main(verb, url, tool=None, arguments="{}"):
    async with Client(url, read_timeout_seconds=30) as client:
        if verb == "tools":
            print("\n".join(tool.name for tool in (await client.list_tools()).tools))
        elif verb == "call":
            print(text(await client.call_tool(tool, json.loads(arguments))))
        elif verb == "session":
            while await anyio.to_thread.run_sync(sys.stdin.readline):
                answer = text(await client.call_tool(tool, json.loads(arguments)))
                print(answer.replace("\n", " "), flush=True)
        else:
            sys.exit(__doc__)


anyio.run(main, *sys.argv[1:])

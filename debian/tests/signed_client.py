# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""A client that signs in: prints what the tool `who` answers.

  signed_client.py URL TOKEN MODE    MODE is `legacy` or `auto`
"""

import sys

import anyio
from fastmcp import Client


async def main(url, token, mode):
    async with Client(url, mode=mode, auth=token) as client:
        print((await client.call_tool("who", {})).content[0].text)


anyio.run(main, *sys.argv[1:])

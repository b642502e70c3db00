# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Clients that keep connections, and post when it is worst for the bridge behind them.

They keep the agreement that the generated configurations keep: a connection that was not used for 4 s is not used
again, nor is one whose last answer said `Connection: close`; nothing is sent twice. In turn each post is answered, and
no connection is closed that its client may still use. Prints what was posted, and ends with 1 when anything failed.
"""

import asyncio
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import time

KEEP_ALIVE = 4
POSTS = 10_000
# The moments are dealt for as long as this at least, and until there are enough of them.
SECONDS, LIMIT = 24, 120
GATEWAY = ("127.0.0.1", 8787)
VERSION = "2026-07-28"
META = {"io.modelcontextprotocol/protocolVersion": VERSION, "io.modelcontextprotocol/clientCapabilities": {}}

began = time.monotonic()
posts = collections.Counter()
events = collections.Counter()
failures = []
posted = 0


def is_over():
    spent = time.monotonic() - began
    return spent > SECONDS and sum(posts.values()) >= POSTS or spent > LIMIT or len(failures) > 50


class Connection:
    """One connection to a server: by its own socket, or through the gateway."""

    def __init__(self, server, through_gateway):
        self.server, self.through_gateway = server, through_gateway
        self.reader = self.writer = None
        self.used = 0.0

    @property
    def is_open(self):
        return self.writer is not None

    @property
    def age(self):
        return time.monotonic() - self.used

    async def open(self):
        if self.through_gateway:
            self.reader, self.writer = await asyncio.open_connection(*GATEWAY)
        else:
            self.reader, self.writer = await asyncio.open_unix_connection(
                f"/run/mcp-stack/servers/{self.server}.sock")

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    def head(self, length):
        return ("POST /mcp HTTP/1.1\r\n"
                f"Host: {self.server}.example.test\r\n"
                "Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
                f"MCP-Protocol-Version: {VERSION}\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n"
                f"Content-Length: {length}\r\n\r\n").encode()

    async def post(self, kind, seconds=0.0):
        """Posts once, on this connection if it may be used again and on a new one if not."""
        global posted
        posted += 1
        text = f"{kind} {posted}"
        if self.is_open and self.age > KEEP_ALIVE:
            self.close()
        how = "kept" if self.is_open else "new"
        age = self.age if self.is_open else 0
        try:
            async with asyncio.timeout(60):
                if self.is_open and self.reader.at_eof():
                    raise ConnectionError("the connection was closed, and its client could still use it")
                await self.exchange(text, seconds)
        except Exception as error:
            self.close()
            failures.append(f"{self.server}, {text}, {how} connection, {age:.3f} s old: "
                            f"{type(error).__name__} {error}")
        where = "through the gateway" if self.through_gateway else "directly"
        posts[f"{kind}, {how} connection, {where}"] += 1

    async def exchange(self, text, seconds):
        if not self.is_open:
            await self.open()
        params = {"name": "echo", "arguments": {"text": text, "seconds": seconds}, "_meta": META}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
        self.writer.write(self.head(len(body)) + body)
        await self.writer.drain()
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        if fields.get("transfer-encoding") == "chunked":
            answer = b""
            while size := int(await self.reader.readline(), 16):
                answer += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readline()
        else:
            answer = await self.reader.readexactly(int(fields["content-length"]))
        self.used = time.monotonic()
        if fields.get("connection") == "close":
            self.close()
        if not head.startswith("http/1.1 200 "):
            raise ValueError(f"{head.splitlines()[0]}: {answer.decode(errors='replace')[:200]}")
        message = json.loads(answer)
        if message["id"] != 1 or message["result"]["content"][0]["text"] != text:
            raise ValueError(f"another answer: {message}")


async def at(moment, post, *arguments):
    await asyncio.sleep(moment - time.monotonic())
    await post(*arguments)


def unit(server):
    return f"mcp-server-{server}.service"


async def ready_at(server):
    asked = await asyncio.create_subprocess_exec(
        "systemctl", "show", "--property", "ActiveEnterTimestampMonotonic", "--value", unit(server),
        stdout=asyncio.subprocess.PIPE)
    return int((await asked.communicate())[0] or 0) / 1e6


async def systemctl(*arguments):
    done = await asyncio.create_subprocess_exec("systemctl", *arguments)
    if await done.wait() != 0:
        failures.append(f"systemctl {' '.join(arguments)} failed")


class Life:
    """Watches when the process of a server comes and goes: its control group lives as long."""

    def __init__(self, server):
        group = subprocess.run(["systemctl", "show", "--property", "ControlGroup", "--value", unit(server)],
                               check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        assert group, f"{unit(server)} does not run"
        self.group = pathlib.Path("/sys/fs/cgroup" + group)
        self.left = []

    @property
    def is_there(self):
        return self.group.exists()

    async def watch(self):
        there = True
        while not is_over():
            if there and not self.is_there:
                self.left.append(time.monotonic())
            there = self.is_there
            await asyncio.sleep(0.002)


async def meet_idle_exits(server):
    """Posts when a bridge that nobody uses is about to leave, leaves, or has just left.

    Once a second, from when it was ready, a bridge looks whether it has been idle for long enough.
    """
    pool = [Connection(server, through_gateway=False) for _ in range(12)]
    await pool[0].post("idle exit")
    life = Life(server)
    watch = asyncio.create_task(life.watch())
    while not is_over():
        for connection in pool:
            connection.close()
        seen = len(life.left)
        # The first look after a whole second without a connection.
        earliest = time.monotonic() + 1
        moment = await ready_at(server)
        while moment < earliest:
            moment += 1
        # Its looks come a little later each time; a post that comes before makes it stay.
        moment += random.uniform(-0.02, 0.15)
        spread = random.choice([0.003, 0.01, 0.03])
        await asyncio.gather(*(
            at(moment + random.uniform(-spread, spread), connection.post, "idle exit") for connection in pool))
        # As soon as it is there again, the kept ones once more.
        await asyncio.gather(*(connection.post("idle exit") for connection in pool))
        for left in life.left[seen:]:
            events["bridges that left because they were idle"] += 1
            if left > moment - spread:
                events["bridges that left so with posts before they were gone"] += 1
    for connection in pool:
        connection.close()
    await watch


async def post_once(connection, *arguments):
    await connection.post(*arguments)
    connection.close()


async def post_until(stop, connection):
    """Posts until the bridge is gone: the gateway keeps connections too, and each post takes one of them."""
    await connection.post("stop")
    while not stop.done():
        await connection.post("stop")


async def meet_stops(server):
    """Posts while a bridge is told to stop: with requests in flight, on idle connections, and on new ones."""
    pool = [Connection(server, through_gateway=number % 2 == 1) for number in range(16)]
    await asyncio.gather(*(connection.post("stop") for connection in pool))
    while not is_over():
        flight = [Connection(server, through_gateway=number % 2 == 1) for number in range(8)]
        new = [Connection(server, through_gateway=number % 2 == 1) for number in range(8)]
        now = time.monotonic()
        spread = random.choice([0.01, 0.03, 0.1])
        verb = random.choice(["restart", "restart", "stop"])
        stop = asyncio.create_task(systemctl(verb, unit(server)))
        await asyncio.gather(
            *(post_once(connection, "in flight", random.uniform(0, 0.2)) for connection in flight),
            *(at(now + random.uniform(0, spread), post_once, connection, "stop") for connection in new),
            *(at(now + random.uniform(0, spread), post_until, stop, connection) for connection in pool))
        events[f"bridges that were told to {verb}"] += 1
        # Those that were closed are opened again, so that there are kept ones at the next stop.
        await asyncio.gather(*(connection.post("between stops") for connection in pool))
    for connection in pool:
        connection.close()


async def use_to_the_last(server, count, kind, ages):
    """Keeps connections, and uses each once more at some age that the agreement allows."""
    pool = [Connection(server, through_gateway=False) for _ in range(count)]
    await asyncio.gather(*(connection.post(kind) for connection in pool))
    for shortest, longest in ages:
        await asyncio.gather(*(
            at(connection.used + random.uniform(shortest, longest), connection.post, kind) for connection in pool))
    for connection in pool:
        connection.close()


async def drain_to_the_last(server):
    """Stops a bridge, whose clients come back to their connections as late as they may."""
    await Connection(server, through_gateway=False).post("drain")
    users = asyncio.create_task(use_to_the_last(server, 400, "drain", [(0.5, KEEP_ALIVE - 0.01)]))
    await asyncio.sleep(0.5)
    stopped = time.monotonic()
    await systemctl("restart", unit(server))
    events["seconds of the longest stop"] = round(time.monotonic() - stopped, 1)
    await users


async def main():
    await asyncio.gather(
        *(meet_idle_exits(f"idle-{number}") for number in range(1, 13)),
        *(meet_stops(f"stopped-{number}") for number in range(1, 3)),
        use_to_the_last("kept", 200, "kept", [(KEEP_ALIVE - 1, KEEP_ALIVE - 0.01)] * 4),
        drain_to_the_last("draining"))


if __name__ == "__main__":
    asyncio.run(main())
    for what, count in sorted(posts.items()) + list(events.items()):
        print(f"{count:8} {what}")
    print(f"{sum(posts.values()):8} posts in {time.monotonic() - began:.0f} s, {len(failures)} failures")
    for failure in failures[:50]:
        print(f"failed: {failure}")
    exits = events["bridges that left because they were idle"]
    stops = events["bridges that were told to restart"] + events["bridges that were told to stop"]
    if sum(posts.values()) < POSTS or exits < 30 or stops < 20:
        failures.append(f"these are less than {POSTS} posts, 30 idle exits and 20 stops")
        print(f"failed: {failures[-1]}")
    sys.exit(bool(failures))

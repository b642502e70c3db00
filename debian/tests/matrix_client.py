# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Real MCP clients against real servers: what every pair has to be able to do.

  matrix_client.py CLIENT CHECK[,CHECK...] URL...

CLIENT is `modern`, `legacy` or `sse` (PyPI's `mcp` 2.x), `first` or `first-sse` (`mcp` 1.x), `fastmcp` or
`fastmcp-legacy`; the Python that runs this must have it. A check runs against all URLs at once. Prints a line for
each, and ends with 1 when one failed.
"""

import contextlib
import logging
import os
import sys
import time
import traceback
import urllib.parse

import anyio

SECONDS = 20


class ToolFailed(Exception):
    """The server, or the bridge for it, answered with an error."""


def text(result):
    failed = getattr(result, "is_error", None)
    if failed is None:
        failed = getattr(result, "isError", False)
    said = " ".join(part.text for part in result.content if part.type == "text")
    if failed:
        raise ToolFailed(said)
    return said


class SecondSDK:
    """`mcp` 2.x, with a handshake or without."""

    def __init__(self, url, mode):
        self.url, self.mode, self.news = url, mode, anyio.Event()

    async def hear(self, message):
        if "list_changed" in getattr(message, "method", ""):
            self.news.set()

    @contextlib.asynccontextmanager
    async def open(self):
        from mcp import Client
        async with Client(self.url, mode=self.mode, read_timeout_seconds=SECONDS,
                          message_handler=self.hear) as self.client:
            yield self

    @property
    def version(self):
        return self.client.protocol_version

    async def tools(self):
        return [tool.name for tool in (await self.client.list_tools(cache_mode="bypass")).tools]

    async def resources(self):
        return [str(resource.uri) for resource in (await self.client.list_resources()).resources]

    async def read(self, uri):
        return (await self.client.read_resource(uri)).contents[0].text

    async def prompt(self, name, arguments):
        return (await self.client.get_prompt(name, arguments)).messages[0].content.text

    async def call(self, tool, arguments=None, progress=None):
        return text(await self.client.call_tool(tool, arguments or {}, progress_callback=progress))

    async def cancel(self, tool, arguments, seconds):
        """Calls a tool and gives up on it."""
        with anyio.move_on_after(seconds):
            await self.call(tool, arguments)
            raise AssertionError("the call was not cancelled")

    @contextlib.asynccontextmanager
    async def listening(self):
        if self.mode == "legacy":
            yield self.news.wait
            return
        from mcp.client.subscriptions import listen
        async with listen(self.client.session, tools_list_changed=True) as stream:
            assert stream.honored.tools_list_changed, f"not honoured: {stream.honored}"

            async def first():
                async for event in stream:
                    assert "Tools" in type(event).__name__, event
                    return

            yield first


class SecondSSE(SecondSDK):
    """`mcp` 2.x over HTTP+SSE (2024-11-05)."""

    @contextlib.asynccontextmanager
    async def open(self):
        from mcp import Client
        from mcp.client.sse import sse_client
        async with Client(leaving(sse_client(sse(self.url))), mode="legacy", read_timeout_seconds=SECONDS,
                          message_handler=self.hear) as self.client:
            yield self


class FastMCP(SecondSDK):
    """`fastmcp`, which wraps `mcp` 2.x."""

    @contextlib.asynccontextmanager
    async def open(self):
        from fastmcp import Client
        async with Client(self.url, mode=self.mode, timeout=SECONDS, message_handler=self.hear) as self.client:
            yield self

    @property
    def version(self):
        return self.client.protocol_version if hasattr(self.client, "protocol_version") else ""

    async def tools(self):
        return [tool.name for tool in await self.client.list_tools()]

    async def resources(self):
        return [str(resource.uri) for resource in await self.client.list_resources()]

    async def read(self, uri):
        return (await self.client.read_resource(uri))[0].text

    async def call(self, tool, arguments=None, progress=None):
        return text(await self.client.call_tool(tool, arguments or {}, progress_handler=progress,
                                                raise_on_error=False))


class FirstSDK(SecondSDK):
    """`mcp` 1.x."""

    async def hear(self, message):
        if "list_changed" in getattr(getattr(message, "root", None), "method", ""):
            self.news.set()

    @contextlib.asynccontextmanager
    async def open(self):
        from datetime import timedelta

        from mcp import ClientSession
        async with self.transport() as (reading, writing, *_):
            async with ClientSession(reading, writing, read_timeout_seconds=timedelta(seconds=SECONDS),
                                     message_handler=self.hear) as self.client:
                self.hello = await self.client.initialize()
                yield self

    def transport(self):
        from mcp.client.streamable_http import streamablehttp_client
        return streamablehttp_client(self.url)

    @property
    def version(self):
        return self.hello.protocolVersion

    async def tools(self):
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def read(self, uri):
        from pydantic import AnyUrl
        return (await self.client.read_resource(AnyUrl(uri))).contents[0].text

    async def call(self, tool, arguments=None, progress=None):
        return text(await self.client.call_tool(tool, arguments or {}, progress_callback=progress))

    async def cancel(self, tool, arguments, seconds):
        from mcp import types
        number = self.client._request_id
        async with anyio.create_task_group() as group:
            async def call():
                with contextlib.suppress(Exception):
                    await self.call(tool, arguments)
            group.start_soon(call)
            await anyio.sleep(seconds)
            params = types.CancelledNotificationParams(requestId=number, reason="enough")
            await self.client.send_notification(types.ClientNotification(
                types.CancelledNotification(method="notifications/cancelled", params=params)))
            group.cancel_scope.cancel()

    @contextlib.asynccontextmanager
    async def listening(self):
        yield self.news.wait


class FirstSSE(FirstSDK):
    """`mcp` 1.x over HTTP+SSE (2024-11-05)."""

    def transport(self):
        from mcp.client.sse import sse_client
        return leaving(sse_client(sse(self.url)))


@contextlib.asynccontextmanager
async def leaving(transport):
    """`sse_client`, which breaks when news of other clients come while it is left: nobody takes them any more."""
    is_left = False
    try:
        async with transport as streams:
            yield streams
            is_left = True
    except BaseException as error:
        if not is_left or not all(cause.startswith("BrokenResourceError:") for cause in causes(error)):
            raise


def sse(url):
    """Where the clients of HTTP+SSE begin."""
    return url.removesuffix("/mcp") + "/sse"


CLIENTS = {
    "modern": lambda url: SecondSDK(url, "auto"),
    "legacy": lambda url: SecondSDK(url, "legacy"),
    "sse": lambda url: SecondSSE(url, "legacy"),
    "first": lambda url: FirstSDK(url, "legacy"),
    "first-sse": lambda url: FirstSSE(url, "legacy"),
    "fastmcp": lambda url: FastMCP(url, "auto"),
    "fastmcp-legacy": lambda url: FastMCP(url, "legacy"),
}


def equal(was, wanted):
    assert was == wanted, f"{was!r} instead of {wanted!r}"


# The checks: each takes a function that makes a client.

async def lists(make):
    async with make().open() as client:
        names = await client.tools()
        assert "echo" in names and "slow" in names, names
        equal(await client.resources(), ["note://one"])
        assert (await client.read("note://one")).startswith("note ")
        return client.version


async def calls(make):
    async with make().open() as client:
        for said in ["hello", "é\u2028\U0001f600\n\t\"\\", "x" * 100_000]:
            equal(await client.call("echo", {"text": said}), said)
        try:
            await client.call("no such tool")
        except Exception as error:
            return type(error).__name__
        raise AssertionError("a tool that is not there answered")


async def mirror(make):
    async with make().open() as client:
        # Only who knows the tools knows what they want repeated.
        await client.tools()
        for region in ["eu", "é", " padded ", "=?base64?eA==?="]:
            equal(await client.call("place", {"region": region}), region)


async def progress(make):
    heard = []

    async def hear(done, total=None, message=None):
        heard.append((done, total))

    async with make().open() as client:
        equal(await client.call("slow", {"steps": 3}, hear), "3 steps")
    equal(heard, [(1, 3), (2, 3), (3, 3)])


async def cancel(make):
    name = os.urandom(8).hex()
    async with make().open() as client:
        began = time.monotonic()
        await client.cancel("slow", {"steps": 300, "pause": 0.1, "name": name}, 0.5)
        while name not in await client.call("cancellations"):
            assert time.monotonic() - began < 10, "the server was not told"
            await anyio.sleep(0.05)
        equal(await client.call("echo", {"text": "still there"}), "still there")


async def big(make):
    async with make().open() as client:
        equal(len(await client.call("big", {"size": 8 << 20})), 4 << 20)


async def noise(make):
    async with make().open() as client:
        equal(await client.call("chatter", {"lines": 20_000}), "said")
        equal(await client.call("echo", {"text": "after"}), "after")


async def news(make):
    """Of two clients in a shared process both hear; where each has its own process, each hears its own."""
    async with make().open() as client, client.listening() as heard:
        # A session's stream opens a moment after the handshake; what comes before it is kept.
        equal(await client.call("change"), "changed")
        with anyio.fail_after(5):
            await heard()


async def many(make):
    """32 clients at once, whose ids are all the same."""
    async def one(number):
        async with make().open() as client:
            for turn in range(5):
                said = f"client {number}, turn {turn}"
                equal(await client.call("echo", {"text": said}), said)

    async with anyio.create_task_group() as group:
        for number in range(32):
            group.start_soon(one, number)


async def crash(make):
    """Ten requests wait when the process ends: each gets an error, and the next client is served."""
    failures = []

    async def wait(client):
        try:
            await client.call("slow", {"steps": 100, "pause": 0.1})
        except Exception as error:
            failures.append(error)

    with contextlib.suppress(Exception):
        async with make().open() as client:
            first = await client.call("pid")
            began = time.monotonic()
            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(wait, client)
                await anyio.sleep(0.3)
                with contextlib.suppress(Exception):
                    await client.call("crash")
            took = time.monotonic() - began
    equal(len(failures), 10)
    assert took < 5, f"the errors took {took:.1f} s"
    said = {str(error) for error in failures}
    assert all("7" in line for line in said), said
    while True:
        try:
            async with make().open() as client:
                assert await client.call("pid") != first
                return
        except Exception:
            if time.monotonic() - began > 15:
                raise
            await anyio.sleep(0.2)


def causes(error):
    """What went wrong, without the groups that it is wrapped into."""
    if isinstance(error, BaseExceptionGroup):
        return [line for part in error.exceptions for line in causes(part)]
    own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == __file__]
    return [f"{type(error).__name__}: {error} (lines {own})"]


async def zone(make):
    """PyPI's mcp-server-time."""
    async with make().open() as client:
        assert "get_current_time" in await client.tools()
        assert "UTC" in await client.call("get_current_time", {"timezone": "UTC"})
        return client.version


async def query(make):
    """PyPI's mcp-server-sqlite."""
    async with make().open() as client:
        assert "read_query" in await client.tools()
        assert "42" in await client.call("read_query", {"query": "SELECT 6 * 7 AS answer"})
        return client.version


async def history(make):
    """PyPI's mcp-server-git."""
    async with make().open() as client:
        assert "git_log" in await client.tools()
        assert "the only commit" in await client.call("git_log", {"repo_path": "/srv/matrix"})
        return client.version


CHECKS = {check.__name__: check for check in (
    lists, calls, mirror, progress, cancel, big, noise, news, many, crash, zone, query,
    history)}


async def main(name, checks, *urls):
    failed = []

    async def run(check, url):
        began = time.monotonic()
        try:
            with anyio.fail_after(3 * SECONDS):
                outcome = await CHECKS[check](lambda: CLIENTS[name](url)) or "ok"
        except BaseException as error:
            failed.append(f"{check} at {url}")
            outcome = "FAILED: " + "; ".join(causes(error))
        host = urllib.parse.urlsplit(url).netloc
        print(f"{name:14} {host:30} {check:10} {time.monotonic() - began:5.1f} s  {outcome}", flush=True)

    for check in checks.split(","):
        async with anyio.create_task_group() as group:
            for url in urls:
                group.start_soon(run, check, url)
    if failed:
        sys.exit(f"{name}: {', '.join(failed)} failed")


if __name__ == "__main__":
    # The clients log what they think of a session that a crash has ended.
    logging.disable(logging.ERROR)
    anyio.run(main, *sys.argv[1:])

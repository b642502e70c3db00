# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""What sessions and idle event streams take up."""

import resource
import select
import tempfile
import time

from . import line
from .client import INITIALIZED, LIST
from .process import ours

SESSIONS, STREAMS = 500, 10_000


def measure():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as scratch:
        sessions(f"{scratch}/sessions")
        streams(f"{scratch}/streams", min(STREAMS, most - 500))


def sessions(address):
    """Sessions, each with a connection that stays open."""
    with ours(address, "--max-sessions", "1000", "--session-rate", "0") as bridge:
        clients = [used(bridge) for _ in range(20)]
        before = bridge.private_bytes()
        clients += [used(bridge) for _ in range(SESSIONS)]
        each = (bridge.private_bytes() - before) / SESSIONS
        line("bridge, private memory, a session", f"{each / 1024:.1f} KB", "<= 64 KB")
        for client in clients:
            client.close()


def used(bridge):
    client = bridge.connect()
    session = client.open()
    client.ask(INITIALIZED, session)
    client.ask(LIST, session)
    return client


def streams(address, count):
    """Streams on which nothing comes for now."""
    limits = ["--max-sessions", str(count + 1), "--max-connections", str(count + 100), "--session-rate", "0"]
    with ours(address, *limits) as bridge:
        caller = bridge.connect()
        own = caller.open()
        before = bridge.private_bytes()
        clients = [bridge.connect() for _ in range(count)]
        for client in clients:
            client.listen(client.open())
        each = (bridge.private_bytes() - before) / count
        line(f"bridge, private memory, an idle stream of {count:,}", f"{each / 1024:.1f} KB", "<= 64 KB")
        begin = time.monotonic()
        caller.ask({"jsonrpc": "2.0", "id": 1, "method": "changed"}, own)
        told = wait_for_news(clients, begin + 20)
        taken = (time.monotonic() - begin) * 1000
        line("bridge, idle streams that a list_changed reached", f"{told:,} ({taken:.0f} ms)", f"{count:,}")
        for client in clients:
            client.close()


def wait_for_news(clients, deadline):
    """How many were told in time."""
    poll = select.epoll()
    waiting = {client.socket.fileno(): client for client in clients}
    for descriptor in waiting:
        poll.register(descriptor, select.EPOLLIN)
    while waiting and time.monotonic() < deadline:
        for descriptor, _ in poll.poll(0.1):
            client = waiting[descriptor]
            client.receive()
            if b"list_changed" in client.read:
                poll.unregister(descriptor)
                del waiting[descriptor]
    return len(clients) - len(waiting)

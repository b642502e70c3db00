# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Sessions that are opened and left in every way there is, and what is left of them."""

import re
import tempfile
import time

from . import line
from .client import CALL, INITIALIZE, INITIALIZED, Client
from .process import ours

SESSIONS = 100_000


class Churn:
    """One client after the other; what only needs a request shares a connection."""

    def __init__(self, bridge):
        self.bridge = bridge
        self.client = bridge.connect()
        self.ways = [self.delete, self.leave, self.initialize_again, self.drop_connection, self.drop_stream,
                     self.drop_call, self.cut_request, self.cut_initialize]

    def run(self, count):
        for number in range(count):
            self.ways[number % len(self.ways)]()

    def delete(self):
        session = self.client.open()
        self.client.send("DELETE", session=session)
        self.client.answer()

    def leave(self):
        self.client.open()

    def initialize_again(self):
        session = self.client.open()
        self.client.send(message=INITIALIZE, session=session)
        self.client.answer()

    def drop_connection(self):
        client = self.bridge.connect()
        client.ask(INITIALIZED, client.open())
        client.close()

    def drop_stream(self):
        client = self.bridge.connect()
        client.listen(client.open())
        client.close()

    def drop_call(self):
        client = self.bridge.connect()
        client.send(message=CALL, session=client.open())
        client.close()

    def cut_request(self):
        client = self.bridge.connect()
        client.send(message=CALL, session=client.open(), cut=10)
        client.close()

    def cut_initialize(self):
        client = self.bridge.connect()
        client.send(message=INITIALIZE)
        client.close()

    def settle(self, metrics):
        """Waits until no session is left, on a connection that keeps the bridge from leaving."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            client = Client(metrics)
            client.socket.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            text = client.answer()[2].decode()
            client.close()
            if re.search(r"^\w*sessions(?:{[^}]*})? 0$", text, re.MULTILINE):
                # The connection that asked is closed by then.
                return time.sleep(0.3)
            time.sleep(0.2)
        raise SystemExit("bench: sessions that are left do not end")


def measure():
    with tempfile.TemporaryDirectory() as scratch:
        metrics = f"{scratch}/metrics"
        with ours(f"{scratch}/bridge", "--metrics", f"unix:{metrics}", "--idle-timeout", "1",
                  "--max-sessions", "100000", "--session-rate", "0") as bridge:
            churn = Churn(bridge)
            # What is kept for later use grows at first.
            churn.run(SESSIONS)
            churn.settle(metrics)
            before = bridge.private_bytes(), bridge.descriptors(), bridge.children()
            churn.run(SESSIONS)
            churn.settle(metrics)
            after = bridge.private_bytes(), bridge.descriptors(), bridge.children()
    memory, descriptors, processes = (now - then for now, then in zip(after, before))
    line(f"bridge, {SESSIONS:,} sessions left: private memory",
         f"{memory / SESSIONS:+.1f} B each", "none")
    line(f"bridge, {SESSIONS:,} sessions left: descriptors, processes", f"{descriptors:+d}, {processes:+d}", "none")

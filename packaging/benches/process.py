# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Bridges that run."""

import pathlib
import re
import signal
import subprocess
import time

from . import BRIDGE, ECHO
from .client import Client


class Process:
    """A bridge, started and answering at an address."""

    def __init__(self, address, argv):
        self.address = address
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                return self.connect().close()
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def connect(self):
        return Client(self.address)

    def private_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) * 1024

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def children(self):
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(len((task / "children").read_text().split()) for task in tasks)


def ours(address, *options):
    """This repository's bridge before the echo server."""
    where = f"127.0.0.1:{address}" if isinstance(address, int) else f"unix:{address}"
    return Process(address, [BRIDGE, "--listen", where, *options, "--", *ECHO])

# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""How long a client waits that wakes a bridge, beyond what the server itself takes."""

import json
import os
import socket
import statistics
import subprocess
import tempfile
import time

from . import BRIDGE, ECHO, line
from .client import INITIALIZE, INITIALIZED, LIST, Client

ROUNDS = 15


def through_bridge(path):
    """Seconds from exec to the answers, with a socket passed as systemd does it."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        begin = time.monotonic()
        pid = os.fork()
        if pid == 0:
            environment = dict(os.environ, LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
            quiet = os.open(os.devnull, os.O_RDWR)
            os.dup2(quiet, 2)
            os.dup2(listener.fileno(), 3)
            os.set_inheritable(3, True)
            os.execve(BRIDGE, [str(BRIDGE), "--", *map(str, ECHO)], environment)
    client = Client(path)
    session = client.open()
    client.ask(INITIALIZED, session)
    client.ask(LIST, session)
    taken = time.monotonic() - begin
    client.close()
    os.kill(pid, 15)
    os.waitpid(pid, 0)
    os.unlink(path)
    return taken


def direct():
    """Seconds from exec to the answers, over pipes."""
    begin = time.monotonic()
    with subprocess.Popen(ECHO, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as server:
        for message in (INITIALIZE, INITIALIZED, LIST):
            server.stdin.write(json.dumps(message).encode() + b"\n")
            if "id" in message:
                server.stdout.readline()
        taken = time.monotonic() - begin
        server.stdin.close()
    return taken


def measure():
    with tempfile.TemporaryDirectory() as scratch:
        runs = [(through_bridge(f"{scratch}/{number}"), direct()) for number in range(ROUNDS)]
    bridge, server = (statistics.median(run[i] for run in runs) * 1000 for i in (0, 1))
    line("bridge, exec to the first answers, beyond the server's own", f"{bridge - server:.0f} ms", "<= 60 ms")

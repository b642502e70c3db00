# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Calls a second, against PyPI's mcp-proxy before the same compiled echo server, in alternating runs."""

import re
import statistics
import subprocess
import sys
import tempfile

from . import ECHO, REPOSITORY, line
from .client import INITIALIZED
from .process import Process, ours

VENV = REPOSITORY / "build/bench"
ROUNDS, SECONDS = 3, 3
# Every call has an id of its own: mcp-proxy mixes up calls with equal ids in one session.
CALLS = """
local sessions, n = { %s }, 0
local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json, text/event-stream" }
function request()
    n = n + 1
    headers["Mcp-Session-Id"] = sessions[n %% #sessions + 1]
    return wrk.format("POST", nil, headers, '{"jsonrpc":"2.0","id":' .. n ..
        ',"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello"}}}')
end
"""


def sessions(bridge, count):
    names = []
    for _ in range(count):
        client = bridge.connect()
        names.append(client.open())
        client.ask(INITIALIZED, names[-1])
        client.close()
    return names


def load(bridge, names):
    """Calls a second with these sessions, each with one call at a time, and the 99th percentile in ms."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(CALLS % ", ".join(f"'{name}'" for name in names))
        script.flush()
        text = subprocess.run(["wrk", "-t1", f"-c{len(names)}", f"-d{SECONDS}", "--latency", "-s", script.name,
                               f"http://127.0.0.1:{bridge.address}/mcp"],
                              check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"bench: answers with errors:\n{text}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def measure():
    if not (VENV / "bin/mcp-proxy").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin/pip", "install", "--quiet", "mcp-proxy"], check=True)
    proxy = [VENV / "bin/mcp-proxy", "--port", "18472", "--", *ECHO]
    with ours(18471) as bridge, Process(18472, proxy) as other:
        names, other_names = sessions(bridge, 1), sessions(other, 1)
        line("bridge, private memory, one session", f"{bridge.private_bytes() / 2**20:.1f} MB", "<= 6 MB")
        for count in (1, 32):
            names += sessions(bridge, count - len(names))
            other_names += sessions(other, count - len(other_names))
            runs = [(load(bridge, names), load(other, other_names)) for _ in range(ROUNDS)]
            rate, other_rate = (statistics.median(run[i][0] for run in runs) for i in (0, 1))
            slow, other_slow = (statistics.median(run[i][1] for run in runs) for i in (0, 1))
            line(f"bridge : mcp-proxy, calls/s, sessions: {count}",
                 f"{rate / other_rate:.1f} x ({rate:.0f})", ">= 15 x")
            line(f"bridge : mcp-proxy, 99th percentile, sessions: {count}",
                 f"1/{other_slow / slow:.0f} ({slow:.2f} ms)", "<= 1/10")

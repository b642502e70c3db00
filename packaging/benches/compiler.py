# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""How long `mcp-stack generate` takes."""

import os
import pathlib
import subprocess
import tempfile
import time

from . import RELEASE, line


def measure():
    """Milliseconds for so many servers, each the best of three."""
    times = {}
    # In memory: how long a disk takes to make 3,000 files says nothing about the compiler.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    for count in (500, 1000, 2000):
        with tempfile.TemporaryDirectory(dir=memory) as scratch:
            config = pathlib.Path(scratch, "stack.yaml")
            servers = "".join(f"  s{i}: {{ command: [/bin/true, '{i}'], access: public }}\n" for i in range(count))
            config.write_text(f"version: 1\ndomain: example.com\ntunnel: {{ mode: local }}\nservers:\n{servers}")
            best = float("inf")
            for attempt in range(3):
                begin = time.monotonic()
                subprocess.run([RELEASE / "mcp-stack", "generate", "--config", config,
                                "--output", f"{scratch}/{attempt}"], check=True)
                best = min(best, time.monotonic() - begin)
            times[count] = best * 1000
    line("generate, 1,000 servers", f"{times[1000]:.0f} ms", "<= 150 ms")
    line("generate, 2,000 servers : 500 servers", f"{times[2000] / times[500]:.1f} x", "4 x is linear")

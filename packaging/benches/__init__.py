# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""The parts of packaging/bench."""

import pathlib

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
RELEASE = REPOSITORY / "build/release/release"
BRIDGE = RELEASE / "mcp-stack-bridge"
ECHO = [RELEASE / "echo-mcp-server", "--tools"]


def line(what, value, budget):
    print(f"{what:58} {value:>22}   {budget}", flush=True)

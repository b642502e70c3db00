# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Reads units and nginx's configuration back, by code that shares nothing with what wrote them."""

import json
import re
import subprocess


def directives(content):
    """The `[Section] Key` of each line of a unit file, with its value; nothing but comments and blanks beside."""
    found, section = [], None
    for line in content.split(b"\n"):
        if line.startswith(b"#") or not line:
            continue
        if line.startswith(b"["):
            section = line.decode()
            continue
        key, equals, value = line.partition(b"=")
        if not equals or not re.fullmatch(b"[A-Za-z]+", key) or section is None or value.endswith(b"\\"):
            raise SystemExit(f"FAILED: a line of a unit that is no directive: {line!r}")
        found.append((f"{section} {key.decode()}", value))
    return found


def bus_path(unit):
    """The object path of a unit: bytes that are no letters or digits are written as `_XX`."""
    escaped = "".join(chr(b) if chr(b).isalnum() and b < 128 else f"_{b:02x}" for b in unit.encode())
    return f"/org/freedesktop/systemd1/unit/{escaped}"


def bus_properties(unit, interface="Service"):
    """All properties of a unit as systemd tells them over D-Bus."""
    done = subprocess.run(
        ["busctl", "--json=short", "call", "org.freedesktop.systemd1", bus_path(unit),
         "org.freedesktop.DBus.Properties", "GetAll", "s", f"org.freedesktop.systemd1.{interface}"],
        check=True, stdout=subprocess.PIPE)
    return {name: value["data"] for name, value in json.loads(done.stdout)["data"][0].items()}


def daemon_complaints():
    """What systemd said about units of the stack while it read them."""
    log = subprocess.run(
        ["journalctl", "--boot", "--output=cat", "--all", "_PID=1"], check=True, stdout=subprocess.PIPE)
    return [line for line in log.stdout.decode(errors="replace").split("\n")
            if re.search(r"/run/systemd/system/mcp-[^:]*:\d+:|(?i:mcp-.*(bad|error|invalid))", line)]


def simplified(path):
    """A path as systemd keeps it: single slashes, none at the end."""
    return re.sub("/+", "/", path).rstrip("/") or "/"


def nginx_tree(text):
    """nginx's configuration as lists of (words, block); after `ngx_conf_read_token()` of its source."""
    words, block, stack = [], [], []
    at = 0
    while at < len(text):
        character = text[at]
        if character in " \t\r\n":
            at += 1
        elif character == "#":
            at = text.index("\n", at)
        elif character == ";":
            block.append((words, []))
            words, at = [], at + 1
        elif character == "{":
            stack.append(block)
            block.append((words, []))
            block, words, at = block[-1][1], [], at + 1
        elif character == "}":
            block, at = stack.pop(), at + 1
        else:
            word, at = nginx_word(text, at)
            words.append(word)
    if stack or words:
        raise SystemExit("FAILED: nginx.conf ends within a block or a directive")
    return block


def nginx_word(text, at):
    """One word, with its quotes and escapes undone, and where the text goes on."""
    quote, word = (text[at], "") if text[at] in "\"'" else ("", "")
    at += len(quote)
    while True:
        character = text[at]
        if quote and character == quote or not quote and character in " \t\r\n;{":
            return word, at + len(quote)
        if character == "\\" and text[at + 1] in "\"'\\trn":
            word += {"t": "\t", "r": "\r", "n": "\n"}.get(text[at + 1], text[at + 1])
            at += 2
        elif character == "$" and text[at + 1] == "{":
            word, at = word + "${", at + 2
        else:
            word, at = word + character, at + 1

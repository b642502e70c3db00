# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""A client of MCP that costs little, and can break off anywhere."""

import json
import socket

INITIALIZE = {"jsonrpc": "2.0", "id": 0, "method": "initialize",
              "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                         "clientInfo": {"name": "bench", "version": "1"}}}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
CALL = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "echo", "arguments": {}}}


class Refused(Exception):
    """The bridge answered with an error."""


class Client:
    """One connection; an address is a port of 127.0.0.1 or the path of a socket."""

    def __init__(self, address):
        is_port = isinstance(address, int)
        self.socket = socket.socket(socket.AF_INET if is_port else socket.AF_UNIX)
        # Without a time limit yet, with which a full queue would be an error.
        self.socket.connect(("127.0.0.1", address) if is_port else str(address))
        self.socket.settimeout(20)
        self.read = b""

    def send(self, method="POST", message=None, session=None, cut=0):
        """Sends a request, without its last bytes if told so."""
        body = json.dumps(message).encode() if message else b""
        name = f"Mcp-Session-Id: {session}\r\n" if session else ""
        accept = "text/event-stream" if method == "GET" else "application/json, text/event-stream"
        head = (f"{method} /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Accept: {accept}\r\n{name}Content-Length: {len(body)}\r\n\r\n")
        data = head.encode() + body
        self.socket.sendall(data[:len(data) - cut])

    def head(self):
        """The status and the fields of an answer."""
        while b"\r\n\r\n" not in self.read:
            self.receive()
        head, self.read = self.read.split(b"\r\n\r\n", 1)
        status, *fields = head.decode().split("\r\n")
        names = (field.split(": ", 1) for field in fields)
        return int(status.split()[1]), {name.lower(): value for name, value in names}

    def answer(self):
        """The status, the fields and the body of an answer that is no stream."""
        status, fields = self.head()
        length = int(fields.get("content-length", 0))
        while len(self.read) < length:
            self.receive()
        body, self.read = self.read[:length], self.read[length:]
        return status, fields, body

    def receive(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise Refused("the connection was closed")
        self.read += data

    def ask(self, message, session=None):
        self.send(message=message, session=session)
        status, fields, body = self.answer()
        if status >= 300:
            raise Refused(f"{status}: {body.decode()}")
        return fields, body

    def open(self):
        """Opens a session and names it."""
        return self.ask(INITIALIZE)[0]["mcp-session-id"]

    def listen(self, session):
        """Makes the connection the stream of a session."""
        self.send("GET", session=session)
        status, _ = self.head()
        if status != 200:
            raise Refused(str(status))

    def close(self):
        self.socket.close()

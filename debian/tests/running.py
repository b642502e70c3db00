# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Runs what was generated from hostile text: programs that tell what they were given, and nginx."""

import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import socketserver
import string
import subprocess
import threading
import time
import urllib.parse

import hostile
from hostile import quoted
from readers import daemon_complaints

NATIVE, BRIDGED, ORIGINS = 32, 12, 120
GATEWAY = ("127.0.0.1", 8787)
DATA = pathlib.Path("/srv/escaping")
UNITS = pathlib.Path("/run/systemd/system")
TELLER = pathlib.Path("/usr/local/bin/escaping-teller")
# Latin 1 has a character for each byte, so that JSON holds whatever bytes there are.
TELL = r"""#!/usr/bin/python3
import errno, json, os, pathlib, sys, time
def write(path):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        return "written"
    except OSError as error:
        return errno.errorcode[error.errno]
def latin(raw):
    return raw.decode("latin-1")
name, home = os.path.basename(os.environ["HOME"]), os.environ["HOME"]
paths = json.loads(pathlib.Path("/srv/escaping", name).read_text())
told = {"arguments": [latin(os.fsencode(word)) for word in sys.argv[1:]],
        "environment": {latin(key): latin(value) for key, value in os.environb.items()},
        "read": write(os.path.join(os.fsencode(paths["read"]), b"proof")),
        "write": write(os.path.join(os.fsencode(paths["write"]), b"proof"))}
pathlib.Path(home, "told.new").write_text(json.dumps(told))
os.rename(home + "/told.new", home + "/told")
if "bridged" not in name:
    time.sleep(300)
"""


class Dealer:
    """Deals hostile texts that are acceptable in a field: each specimen once, then whatever comes."""

    def __init__(self, random, is_good):
        self.random, self.is_good = random, is_good
        self.specimens = [value for value in hostile.SPECIMENS if is_good(value)]
        random.shuffle(self.specimens)

    def deal(self):
        if self.specimens:
            return self.specimens.pop()
        while not self.is_good(value := hostile.text(self.random)):
            pass
        return value


def eventually(seconds, condition):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def generate(lines, folder):
    """The directory of the generation that is made of a stack with these servers."""
    file = folder / "stack.yaml"
    folder.mkdir(parents=True)
    file.write_text("\n".join(["version: 1", "tunnel: { mode: local }", "servers:", *lines]) + "\n")
    done = subprocess.run(["mcp-stack", "generate", "--config", file, "--output", folder / "out"], capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"FAILED: good texts are refused:\n{done.stderr.decode()[-3000:]}")
    return folder / "out/etc/mcp-stack/generations/1"


def run_units(random, folder):
    """Starts servers, native and behind the bridge, and compares what reached their processes."""
    TELLER.write_text(TELL)
    TELLER.chmod(0o755)
    words = Dealer(random, hostile.is_argument)
    folders = Dealer(random, lambda value: hostile.is_path("/" + value) and not re.search("[:\t]", value)
                     and len(value.encode()) < 3000)
    programs = Dealer(random, lambda value: hostile.is_path("/" + value) and len(value.encode()) < 100
                      and not re.search(r"""["'\\$\t/]|\A\Z| \Z""", value))
    lines, wanted = [], {}
    for index in range(NATIVE + BRIDGED):
        name = f"native-{index}" if index < NATIVE else f"bridged-{index}"
        program = program_of(programs, index) if index < NATIVE else str(TELLER)
        asked = wanted[name] = {
            "arguments": [words.deal() for _ in range(6)],
            "environment": {f"E{number}": words.deal() for number in range(6)},
            "read": folder_of(folders, f"r{index}"), "write": folder_of(folders, f"w{index}")}
        if index in (0, NATIVE):
            # As long as execve(2) allows, and twice that in the unit.
            asked["arguments"][0], asked["environment"]["E0"] = "%" * 131071, "$" * (131071 - len("E0="))
        DATA.joinpath(f"mcp-server-{name}").write_text(
            json.dumps({key: asked[key] for key in ("read", "write")}))
        lines += [f"  {name}:", "    access: public", f"    hostname: {name}.example.com", "    command:"]
        lines += [f"      - {quoted(word)}" for word in [program, *asked["arguments"]]]
        lines += [f"    port: {3000 + index}"] * (index < NATIVE)
        lines += ["    environment:", *(f"      {key}: {quoted(value)}" for key, value in asked["environment"].items())]
        lines += ["    paths:", *(f"      {key}: [{quoted(asked[key])}]" for key in ("read", "write"))]
    generation = generate(lines, folder)
    for unit in generation.joinpath("units").glob("mcp-server-*"):
        shutil.copy(unit, UNITS)
    subprocess.run(["systemctl", "daemon-reload"], check=True)
    starting = [f"mcp-server-{name}." + ("service" if name.startswith("native") else "socket") for name in wanted]
    subprocess.run(["systemctl", "--quiet", "start", *starting], check=True)
    for name in wanted:
        if name.startswith("bridged"):
            knock(f"/run/mcp-stack/servers/{name}.sock")
    for name, asked in wanted.items():
        compare_told(name, asked)
    # A server that the bridge starts again is none of this test's.
    services = [f"mcp-server-{name}.service" for name in wanted]
    subprocess.run(["systemctl", "--quiet", "stop", *starting, *services], check=True)
    complaints = daemon_complaints()
    if complaints:
        raise SystemExit("FAILED: systemd complains:\n" + "\n".join(complaints[:20]))
    print(f"{len(wanted)} servers got {12 * len(wanted)} texts unchanged", flush=True)


def program_of(programs, index):
    """A program under a hostile name, as far as systemd starts it."""
    path = DATA / f"p{index}" / programs.deal()
    path.parent.mkdir(parents=True)
    path.symlink_to(TELLER)
    return str(path)


def folder_of(folders, parent):
    """A folder under a hostile name, writable by everybody."""
    path = f"{DATA}/{parent}/x{folders.deal()}"
    os.makedirs(path, exist_ok=True)
    os.chmod(path, 0o777)
    return path


def knock(path):
    """Opens an MCP session, for which the bridge starts the server; what it answers does not matter."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}}).encode()
    head = ("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Accept: application/json, text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(path)
        connection.sendall(head.encode() + body)
        connection.recv(1)


def compare_told(name, asked):
    file = pathlib.Path("/var/lib/private", f"mcp-server-{name}", "told")
    if not eventually(20, file.exists):
        log = subprocess.run(["journalctl", "--boot", "--no-pager", "--lines=20", f"--unit=mcp-server-{name}.service"],
                             stdout=subprocess.PIPE).stdout.decode(errors="replace")
        raise SystemExit(f"FAILED: {name} did not run ({ascii(asked)[:3000]}):\n{log}")
    told = json.loads(file.read_text())

    def same(what, found, expected):
        if found != expected:
            raise SystemExit(f"FAILED: {name} got {what} {found!a}\ninstead of {expected!a}"[:4000])
    same("arguments", [word.encode("latin-1") for word in told["arguments"]],
         [word.encode() for word in asked["arguments"]])
    for key, value in asked["environment"].items():
        same(key, told["environment"][key].encode("latin-1"), value.encode())
    same(f"write access to {asked['write']!a}", told["write"], "written")
    same(f"write access to {asked['read']!a}", told["read"], "EROFS")


class Origin(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A web server on a unix socket that answers every request with a text of its own."""
    daemon_threads = True

    def __init__(self, path, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def address_string(self):
                return "-"

            def log_message(self, *_):
                pass
        super().__init__(path, Handler)
        os.chmod(path, 0o666)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def fetch(hostname, path):
    """The status and the body that the gateway answers with."""
    connection = http.client.HTTPConnection(*GATEWAY, timeout=10)
    connection.request("GET", path, headers={"Host": hostname})
    answer = connection.getresponse()
    return answer.status, answer.read()


def run_gateway(random, folder):
    """nginx finds hostile sockets and matches hostile paths, each its own and no other."""
    # A path of a request is normalised by nginx before it is compared.
    literals = Dealer(random, lambda value: hostile.is_unit_text(value) and not re.search("[./]", value)
                      and len(value.encode()) < 300)
    sockets = Dealer(random, lambda value: hostile.is_unit_text(value) and "/" not in value
                     and len(value.encode()) < 70)
    lines, routes = [], []
    for index in range(ORIGINS):
        literal = literals.deal()
        folder_name = DATA / f"o{index}"
        folder_name.mkdir(parents=True)
        path = f"{folder_name}/x{sockets.deal()}"
        Origin(path.encode(), str(index).encode())
        expression = "^/" + "".join(f"\\{c}" if c in string.punctuation else c for c in literal) + "$"
        lines += [f"  o{index}:", "    access: public", "    transport: http", f"    url: {quoted('unix:' + path)}",
                  f"    routes: [{{ hostname: o{index}.example.com, path: {quoted(expression)} }}]"]
        routes.append((f"o{index}.example.com", literal, expression))
    generation = generate(lines, folder)
    pathlib.Path("/run/mcp-gateway").mkdir(exist_ok=True)
    command = ["nginx", "-e", "stderr", "-c", str(generation / "gateway/nginx.conf")]
    nginx = subprocess.Popen(command)
    try:
        if not eventually(10, lambda: socket.socket().connect_ex(GATEWAY) == 0):
            raise SystemExit("FAILED: nginx does not listen")
        for index, (hostname, literal, expression) in enumerate(routes):
            asked = "/" + urllib.parse.quote(literal.encode(), safe="")
            found = fetch(hostname, asked)
            if found != (200, str(index).encode()):
                raise SystemExit(f"FAILED: {asked} of {hostname} got {found} through {expression!a}")
            for other in (asked + "x", "/x" + asked[1:], "/nothing"):
                if (status := fetch(hostname, other)[0]) != 404:
                    raise SystemExit(f"FAILED: {other} of {hostname} got {status} through {expression!a}")
    finally:
        nginx.terminate()
        nginx.wait(10)
    print(f"nginx serves {len(routes)} sockets and paths", flush=True)


def run(random, folder):
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir()
    run_units(random, folder / "units")
    run_gateway(random, folder / "gateway")

# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Holds the installed schema against its metaschema, and against `mcp-stack check` on good and wrong stack files."""

import copy
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

SCHEMA = pathlib.Path("/usr/share/mcp-stack/stack.schema.json")
EXAMPLES = pathlib.Path("/usr/share/doc/mcp-stack/examples")
WRITTEN = [pathlib.Path("/etc/mcp-stack/stack.yaml"), *sorted(EXAMPLES.iterdir())]
SERVER = {"command": ["/bin/true"], "hostname": "a.example.com", "access": "public"}
NATIVE = {**SERVER, "port": 3001}
WEB = {"url": "https://localhost:5678", "hostname": "a.example.com", "access": "public"}
LOCAL = {"mode": "local"}
UUID = "6ff42ae2-765d-4adf-8112-31c55c1551ef"


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, which is what editors' language servers read by: `yes` and `1:30` are text."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
        ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"), ("null", "null|Null|NULL|~|", ["n", "N", "~", ""]),
        ("int", "[-+]?[0-9]+", "-+0123456789"), ("float", r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?", "-+.0123456789")]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^({pattern})$"), list(first))


def stack(server=None, tunnel=None, **more):
    return {"version": 1, "tunnel": tunnel or LOCAL, "servers": {"a": server or SERVER}, **more}


def server(**more):
    return stack({**SERVER, **more})


GOOD = {
    "the least": stack(),
    "a domain": stack({"command": ["/bin/true"], "access": "public"}, domain="example.com"),
    "numbers as arguments": server(command=["/bin/true", 1, 2.5, "-x"]),
    "a native server": stack({**NATIVE, "health": "/health", "path": "/mcp", "transport": "sse"}),
    "a service elsewhere": stack({**WEB, "unit": "n8n.service", "transport": "http"}),
    "a socket": stack({**WEB, "url": "unix:/run/x.sock", "transport": "http"}),
    "the builtin server": stack({"builtin": "status", "hostname": "a.example.com", "access": "public"}),
    "routes": stack({"command": ["/bin/true"], "routes": [
        {"hostname": "a.example.com", "path": "^/a(/.*)?$", "strip-prefix": True, "access": "public"},
        {"hostname": "*.example.com", "access": "public"}]}),
    "environment": server(environment={"A": "x", "B": 1, "C_D": ""}),
    "paths": server(paths={"read": ["/srv/a b"], "write": ["/srv/c"]}),
    "a network": server(network="none"),
    "exceptions of the network": server(network={"outbound": ["192.168.1.10", "fd00::/8"]}),
    "a sandbox": server(sandbox="standard"),
    "a refined sandbox": server(sandbox={"profile": "strict", "PrivateUsers": False, "DeviceAllow": ["/dev/dri/x rw"],
                                         "ProtectSystem": "full", "SystemCallFilter": "@system-service"}),
    "limits": server(limits={"memory": "512M", "tasks": 64, "cpu": "150%"}),
    "times": server(restart={"delay": "1s", "max-delay": "1m30s"}, **{
        "idle-timeout": "10m", "start-timeout": "2h", "drain": "500ms"}),
    "start": server(start="always"),
    "origin": stack({**WEB, "origin": {"connectTimeout": "10s", "http2Origin": True, "keepAliveConnections": 10,
                                       "caPool": "/etc/ssl/certs/ca-certificates.crt"}}),
    "defaults": stack(defaults={"limits": {"memory": "1G"}, "sandbox": "strict", "access": "public"}),
    "a quick tunnel": stack({"command": ["/bin/true"], "access": "public"}, {"mode": "quick", "protocol": "http2"}),
}
WRONG = {
    "no version": {"tunnel": LOCAL, "servers": {"a": SERVER}},
    "another version": {**stack(), "version": 2},
    "a version in quotes": {**stack(), "version": "1"},
    "no tunnel": {"version": 1, "servers": {"a": SERVER}},
    "no servers": {"version": 1, "tunnel": LOCAL},
    "servers as a list": {**stack(), "servers": [SERVER]},
    "an unknown key": {**stack(), "sevrers": {}},
    "an unknown key of a server": server(comand=["x"]),
    "an unknown key of a route": stack({
        "command": ["x"], "access": "public", "routes": [{"hostname": "a.b", "acess": "x"}]}),
    "an unknown key of limits": server(limits={"ram": "1G"}),
    "an unknown key of origin": stack({**WEB, "origin": {"conectTimeout": "1s"}}),
    "an unknown directive": server(sandbox={"PrivateUser": True}),
    "a server's own user": server(sandbox={"User": "root"}),
    "an unknown mode": stack(tunnel={"mode": "remote"}),
    "a tunnel without a mode": stack(tunnel={"name": "home"}),
    "a UUID that is none": stack(tunnel={"mode": "named", "id": "home", "credentials": "/x.json"}),
    "relative credentials": stack(tunnel={"mode": "named", "id": UUID, "credentials": "x.json"}),
    "an unknown protocol": stack(tunnel={"mode": "quick", "protocol": "tcp"}),
    "a name with capitals": {**stack(), "servers": {"A": SERVER}},
    "a name with a dash in front": {**stack(), "servers": {"-a": SERVER}},
    "a command as text": server(command="npx -y x"),
    "two kinds of server": stack({**SERVER, "url": "http://localhost:1"}),
    "no kind of server": stack({"hostname": "a.example.com", "access": "public"}),
    "an unknown builtin": stack({"builtin": "stats", "hostname": "a.b", "access": "public"}),
    "an address with a path": stack({**WEB, "url": "http://localhost:1/mcp"}),
    "an unknown scheme": stack({**WEB, "url": "htp://localhost:1"}),
    "a port as text": server(port="3001"),
    "a port that is none": server(port=70000),
    "a unit that is no service": stack({**WEB, "unit": "n8n.socket"}),
    "an unknown transport": stack({**NATIVE, "transport": "stdio"}),
    "a relative endpoint": stack({**NATIVE, "path": "mcp"}),
    "an endpoint with a query": stack({**NATIVE, "path": "/mcp?x"}),
    "a host name with capitals": server(hostname="A.example.com"),
    "a host name with a port": server(hostname="a.example.com:80"),
    "a variable with a dash": server(environment={"A-B": "x"}),
    "a variable that is a list": server(environment={"A": ["x"]}),
    "a variable that is a boolean": server(environment={"A": True}),
    "a secret's value": server(secrets={"A": "value"}),
    "a secret with capitals": server(secrets={"A": {"credential": "Token"}}),
    "a relative path": server(paths={"read": ["srv"]}),
    "paths as a list": server(paths=["/srv"]),
    "an unknown network": server(network="internet"),
    "a network by name": server(network={"outbound": ["localhost"]}),
    "an unknown profile": server(sandbox="loose"),
    "a word for a switch": server(sandbox={"PrivateUsers": "maybe"}),
    "a device elsewhere": server(sandbox={"DeviceAllow": ["/etc/passwd"]}),
    "memory without a unit": server(limits={"memory": "512"}),
    "tasks as text": server(limits={"tasks": "many"}),
    "a processor without a percent sign": server(limits={"cpu": "50"}),
    "a time without a unit": server(**{"idle-timeout": 30}),
    "a time with a wrong unit": server(drain="10 seconds"),
    "an unknown start": server(start="never"),
    "a switch in quotes": stack({**WEB, "origin": {"noTLSVerify": "true"}}),
}


def fail(message):
    sys.exit(f"FAILED: {message}")


def checked(text):
    """What `mcp-stack check` says of a stack file."""
    file = pathlib.Path("/var/tmp/schema.yaml")
    file.write_text(text)
    return subprocess.run(["mcp-stack", "check", "--config", file], capture_output=True, text=True)


def main():
    schema = json.loads(SCHEMA.read_text())
    if schema["$schema"] != "http://json-schema.org/draft-07/schema#":
        fail(f"another dialect: {schema['$schema']}")
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    if len(WRITTEN) < 3:
        fail(f"there are no examples: {WRITTEN}")
    for file in WRITTEN:
        head = file.read_text().split("\n", 1)[0]
        if f"$schema={SCHEMA}" not in head and f"$schema=file://{SCHEMA}" not in head:
            fail(f"{file} does not name its schema: {head}")
        for error in validator.iter_errors(yaml.load(file.read_text(), CoreLoader)):
            fail(f"{file}: {error}")
    for name, value in GOOD.items():
        for error in validator.iter_errors(value):
            fail(f"the schema refuses {name}: {error}")
        if (done := checked(json.dumps(value))).returncode != 0:
            fail(f"check refuses {name}:\n{done.stderr}")
    for name, value in WRONG.items():
        if validator.is_valid(value):
            fail(f"the schema takes {name}")
        if (done := checked(json.dumps(value))).returncode != 78:
            fail(f"check ends with {done.returncode} for {name}:\n{done.stderr}")
        # As people write it, too: what the two parsers make of plain words is the same.
        plain = yaml.safe_dump(copy.deepcopy(value), sort_keys=False)
        if validator.is_valid(yaml.load(plain, CoreLoader)):
            fail(f"the schema takes {name} in block style:\n{plain}")
    print(f"{len(WRITTEN) + len(GOOD)} good files and {len(WRONG)} wrong ones")


main()

# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Stack files that ask for hostile text in every field, and what is asked for."""

import re
import string

import hostile
from hostile import Candidate, Stack

SERVERS = 6
HOSTNAME = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
DEVICE = "(/dev(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}){1,9}|(char|block)-[A-Za-z0-9*_-]{1,99})( [rwm]{1,3})?"


def is_hostname(name):
    return HOSTNAME.fullmatch(name) is not None and all(len(part) < 64 for part in name.split(".")) and len(name) < 254


def in_home(path):
    return re.match(r"/+(home|root|run/+user)(/|\Z)", path) is not None


class HostileStack:
    """One stack of hostile texts: its lines, and the candidates of each server by what they are for."""

    def __init__(self, number, source):
        self.number, self.random = number, source
        self.is_named = number % 2 == 1
        self.stack = Stack()
        self.servers = {}
        self.fill()

    def argument(self, field, benign="x"):
        value = hostile.text(self.random)
        return Candidate(field, value, benign, hostile.is_argument(value))

    def path(self, field, base=None):
        if base is None:
            base = self.random.choice(["", "/", "/srv/", "/srv/x", "/home/", "//home/", "/dev/shm/"])
        value = base + hostile.text(self.random)
        benign = "/home/x" if in_home(value) else "/srv/x"
        acceptable = hostile.is_path(value) and not (field in ("read", "write") and re.search("[:\t]", value))
        return Candidate(field, value, benign, acceptable)

    def fill(self):
        add = self.stack.add
        add("version: 1")
        add("tunnel:")
        if self.is_named:
            add("  mode: named")
            name = hostile.text(self.random)
            self.name = Candidate("name", name, "home", hostile.is_unit_text(name) and name != "", is_needed=True)
            add("  name: @", self.name)
            self.credentials = self.path("credentials", "/srv/")
            # systemd takes this value without quotes: white space and a backslash at its end would be lost. And it
            # takes nothing but the normal form.
            self.credentials.acceptable &= not re.search(r"[ \t\\/]\Z|//", self.credentials.value)
            self.credentials.is_needed = True
            add("  credentials: @", self.credentials)
        else:
            add("  mode: local")
        domain = hostile.text(self.random)
        add("domain: @", Candidate("domain", domain, "example.com", is_hostname(domain)))
        add("servers:")
        for index in range(SERVERS):
            self.server(f"b{self.number}s{index}")
        self.foreign(f"b{self.number}x0")

    def server(self, name):
        add, asked = self.stack.add, {}
        self.servers[name] = asked
        asked["environment"] = {}
        is_native = asked["is_native"] = self.random.random() < 0.5
        add(f"  {name}:")
        add("    access: public")
        if is_native:
            add(f"    port: {2000 + self.number * 10 + len(self.servers)}")
            add("    health: @", self.restricted("health"))
        add("    path: @", self.restricted("path"))
        add("    command:")
        asked["program"] = self.program()
        add("      - @", asked["program"])
        asked["arguments"] = self.several("      - @", lambda: self.argument("argument"), 5)
        if name == "b0s0":
            self.limits(asked)
        add("    environment:")
        add("      E: e")
        asked["environment"] |= {f"E{i}": self.argument("environment") for i in range(5)}
        for variable, candidate in asked["environment"].items():
            add(f"      {variable}: @", candidate)
        for _ in range(2):
            variable = hostile.text(self.random)[:200]
            good = bool(re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", variable, re.A))
            if not good:
                add("      @: value", Candidate("variable", variable, "V", False))
        add("    secrets:")
        add("      S: { credential: c }")
        bad = hostile.text(self.random)[:200]
        if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", bad, re.A):
            add("      @: { credential: c }", Candidate("secret variable", bad, "W", False))
        if not re.fullmatch("[a-z0-9_-]{1,64}", bad, re.A):
            add("      T: { credential: @ }", Candidate("credential", bad, "c", False))
        add("    paths:")
        add("      read:")
        add("        - /srv/read")
        asked["read"] = self.several("        - @", lambda: self.path("read"), 3)
        if name == "b0s0":
            for path, good in [("/srv/" + "z" * 255, True), ("/srv/" + "z" * 256, False), ("/z" * 2048, False)]:
                asked["read"].append(Candidate("read", path, "/srv/x", good))
                add("        - @", asked["read"][-1])
        add("      write:")
        add("        - /srv/write")
        asked["write"] = self.several("        - @", lambda: self.path("write"), 3)
        add("    sandbox:")
        add("      DeviceAllow:")
        add("        - /dev/null rw")
        device = self.random.choice(["", "/dev/", "/dev/x", "char-pts"]) + hostile.text(self.random)
        good = re.fullmatch(DEVICE, device, re.A)
        add("        - @", Candidate("DeviceAllow", device, "/dev/zero r", bool(good)))
        for directive, text, pattern in [
                ("SupplementaryGroups", "audio", "[a-z_][a-z0-9_-]*"), ("UMask", "077", "0?[0-7]{3}"),
                ("SystemCallFilter", "@system-service", "~?@?[a-z0-9_-]+(:[A-Za-z0-9]+)?"),
                ("RestrictAddressFamilies", "AF_UNIX", "AF_[A-Z0-9_]+")]:
            value = self.random.choice([text, ""]) + hostile.text(self.random)
            if re.fullmatch(pattern, value, re.A) is None:
                add(f"      {directive}: [@]", Candidate(directive, value, text, False))
        self.routes(name)

    def limits(self, asked):
        """What is as long as a program can be given it, and what is longer by one."""
        for length, good in [(131071, True), (131072, False)]:
            asked["arguments"].append(Candidate("argument", "y" * length, "x", good))
            self.stack.add("      - @", asked["arguments"][-1])
            asked["environment"][f"E{length}"] = Candidate("environment", "y" * (length - len("E131071=")), "x", good)

    def foreign(self, name):
        """A service that runs elsewhere, behind a socket."""
        add, asked = self.stack.add, {"is_native": None}
        self.servers[name] = asked
        path = "/run/" + hostile.text(self.random)
        good = hostile.is_unit_text(path) and len(path.encode()) < 108
        asked["url"] = Candidate("url", "unix:" + path, "unix:/run/x", good, is_needed=True)
        add(f"  {name}:")
        add("    access: public")
        add("    transport: http")
        add("    url: @", asked["url"])
        unit = self.random.choice([hostile.text(self.random), "x@", "@x", "a-b_c.d:e@f@g", "x@y"]) + ".service"
        good = re.fullmatch(r"[A-Za-z0-9:_.-]+(@[A-Za-z0-9:_.@-]+)?\.service", unit, re.A) and len(unit) < 256
        asked["unit"] = Candidate("unit", unit, "x.service", bool(good), is_needed=True)
        add("    unit: @", asked["unit"])
        add("    origin:")
        add("      connectTimeout: 30s")
        asked["caPool"] = self.path("caPool", "/srv/")
        add("      caPool: @", asked["caPool"])
        value = hostile.text(self.random)
        asked["proxyAddress"] = Candidate("proxyAddress", value, "x", hostile.is_unit_text(value), is_needed=True)
        add("      proxyAddress: @", asked["proxyAddress"])
        for key in ("httpHostHeader", "originServerName"):
            value = hostile.text(self.random)
            if not re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])?(:[0-9]{1,5})?", value, re.A):
                add(f"      {key}: @", Candidate(key, value, "x", False))
        self.routes(name)

    def routes(self, name):
        add = self.stack.add
        add("    routes:")
        wrong = hostile.text(self.random)
        if not is_hostname(wrong):
            add("      - { hostname: @ }", Candidate("hostname", wrong, "x.example.com", False))
        literal = hostile.text(self.random)
        pattern = "^/" + "".join(f"\\{c}" if c in string.punctuation else c for c in literal) + "$"
        good = hostile.is_unit_text(pattern) and len(pattern.encode()) <= 2000
        self.servers[name]["pattern"] = Candidate("route", pattern, "^/x$", good)
        # A body of its own: without its path the route must not take every path.
        add(f"      - {{ hostname: {name}.example.com, path: @ }}", self.servers[name]["pattern"])
        add(f"      - {{ hostname: {name}.example.com, path: '^/oth[e]r' }}")

    def several(self, line, make, count):
        candidates = [make() for _ in range(count)]
        for candidate in candidates:
            self.stack.add(line, candidate)
        return candidates

    def restricted(self, field):
        value = "/" + hostile.text(self.random)
        return Candidate(field, value, "/x", bool(re.fullmatch(r"[A-Za-z0-9/._~!$&'()*+,;=:@%-]*", value, re.A)))

    def program(self):
        """The program: an absolute path, or a word that names none."""
        value = self.random.choice(["/usr/bin/", "/usr/bin/x", "/", ""]) + hostile.text(self.random)
        good = hostile.is_unit_text(value) and \
            not re.search(r"""["'\\$\t]|[/ ]\Z|\A(\.{0,2}|[@:+!|-].*)\Z""", value, re.S)
        if good and not value.startswith("/"):
            # A bare name is replaced by what it is found as, and is an error elsewhere when there is none.
            good = False if "/" in value else None
        return Candidate("program", value, "/usr/bin/x", good, is_needed=True)

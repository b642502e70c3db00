# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Feeds hostile text into every field of stack.yaml, and reads the outcome back with the programs that it is for.

systemd reads the units (over D-Bus, and by running some), PyYAML cloudflared's file, nginx its own. Each text arrives
byte for byte or is refused where it stands, and adds no directive anywhere.

MCP_STACK_SEED=N chooses other texts.
"""

import itertools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

import yaml

import running
from asking import HostileStack, in_home
from readers import bus_properties, daemon_complaints, directives, nginx_tree, simplified

BATCHES = 40
WORK = pathlib.Path("/var/tmp/escaping")
UNITS = pathlib.Path("/run/systemd/system")
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FILE_NAMES = ["stack.yaml", "a b.yaml", "a\n[Service]\nExecStart=\\bin\\evil\n#", "a\u0085ingress: []",
              "a\u2028tunnel: evil", "a\\", "%n$HOME", "caf\u00e9", "a\rb", "a\u0080b", "\ufeffa", "\ufdd0",
              "a\"; daemon on;", "\U0001f600"]


def check(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


class Batch(HostileStack):
    """A stack of hostile texts, and what came of it."""

    def __init__(self, number, source):
        super().__init__(number, source)
        self.folder = WORK / str(number)

    def generate(self):
        """Has files generated, once those texts are out that are refused; each of them is refused where it stands."""
        name = FILE_NAMES[self.number % len(FILE_NAMES)]
        self.folder.mkdir(parents=True)
        file = self.folder / name
        for _ in range(5):
            content, owners = self.stack.render()
            file.write_bytes(content.encode())
            done = self.run_generate(file, self.folder / "out")
            if done.returncode == 0:
                break
            self.refuse(done, str(file), owners)
        check(done.returncode == 0, f"batch {self.number} never became acceptable:\n{done.stderr.decode()[-3000:]}")
        for candidate in self.stack.candidates:
            check(candidate.acceptable is not False or candidate.is_refused, f"not refused: {candidate}")
            check(not candidate.acceptable or not candidate.is_refused, f"refused: {candidate}: {candidate.message}")
        benign = self.folder / "benign.yaml"
        benign.write_text(self.stack.render(is_benign=True)[0])
        done = self.run_generate(benign, self.folder / "benign")
        check(done.returncode == 0, f"the harmless stack is refused:\n{done.stderr.decode()[-3000:]}")

    @staticmethod
    def run_generate(file, output):
        return subprocess.run(["mcp-stack", "generate", "--config", file, "--output", output], capture_output=True)

    def refuse(self, done, name, owners):
        log = done.stderr.decode()
        check(done.returncode == 78, f"exit status {done.returncode} instead of 78:\n{log[-3000:]}")
        places = re.findall(rf"^{re.escape(name)}:(\d+):\d+: error: (.*)", log, re.M)
        check(places, f"refused without a place:\n{log[-3000:]}")
        for line, message in places:
            check(int(line) in owners, f"an error in line {line}, where nothing is wrong:\n{log[-3000:]}")
            owners[int(line)].is_refused, owners[int(line)].message = True, message

    def file(self, path, tree="out"):
        return self.folder / tree / "etc/mcp-stack/generations/1" / path

    def unit_names(self):
        return sorted(p.name for p in self.file("units").iterdir() if p.is_file())

    def compare_shape(self):
        """The files have the directives of the harmless stack's, in the same order, and no other."""
        check(self.unit_names() == sorted(p.name for p in self.file("units", "benign").iterdir() if p.is_file()),
              f"other units than for a harmless stack: {self.unit_names()}")
        for unit in self.unit_names():
            keys = directives(self.file(f"units/{unit}").read_bytes())
            expected = directives(self.file(f"units/{unit}", "benign").read_bytes())
            for (key, value), (other, _) in itertools.zip_longest(keys, expected, fillvalue=(None, None)):
                check(key == other, f"{unit} has {key} ({value}), where a harmless one has {other}")
        for path in ("connector/config.yml", "gateway/nginx.conf"):
            if self.file(path).exists():
                check(self.shape(path) == self.shape(path, "benign"), f"{self.file(path)} has another shape")
        json.loads(self.file("state.json").read_text())

    def shape(self, path, tree="out"):
        """The keys of a file, without its values."""
        def keys(value):
            if isinstance(value, dict):
                return {key: keys(inner) for key, inner in value.items()}
            return [keys(inner) for inner in value] if isinstance(value, list) else type(value).__name__

        def names(block):
            return [(line[0], names(inner)) for line, inner in block]
        text = self.file(path, tree).read_bytes().decode()
        return keys(yaml.safe_load(text)) if path.endswith(".yml") else names(nginx_tree(text))

    def load(self):
        """Puts the units where systemd finds them; those of connectors under names of their own."""
        for unit in self.unit_names():
            shutil.copy(self.file(f"units/{unit}"), UNITS / re.sub(
                "^mcp-(connector@1|gateway)", f"mcp-connector@{self.number}", unit))

    def compare_units(self):
        """systemd's own view of the units."""
        for name, asked in self.servers.items():
            if asked["is_native"] is None:
                after = bus_properties(f"mcp-connector@{self.number}.service", "Unit")["After"]
                check(asked["unit"].outcome in after, f"After= has {after} and not {asked['unit']}")
                continue
            self.compare_service(name, asked, bus_properties(f"mcp-server-{name}.service"))
        if self.is_named:
            loaded = bus_properties(f"mcp-connector@{self.number}.service")["LoadCredential"]
            check(loaded == [["tunnel.json", self.credentials.outcome]],
                  f"LoadCredential {ascii(loaded)} instead of {self.credentials}")

    def compare_service(self, name, asked, loaded):
        def same(what, found, expected):
            check(found == expected, f"{name}: {what} {ascii(found)[:2000]}\ninstead of {ascii(expected)[:2000]}")

        def values(candidates):
            return [candidate.value for candidate in candidates if not candidate.is_refused]
        environment = {f"{key}={c.value}" for key, c in asked["environment"].items() if not c.is_refused} | {"E=e"}
        same("Environment", {line for line in loaded["Environment"] if re.match("E[0-9]*=", line)}, environment)
        # A bare name stands for what it is found as, such as 'yes'.
        program = asked["program"].outcome
        command = [shutil.which(program, path=SEARCH_PATH) or program]
        [[program, words, *_]] = loaded["ExecStart"]
        after = words[words.index("--") + 1:]
        # systemd replaces variables when it runs the command, and '$$' is how it is told not to.
        same("ExecStart", after, [word.replace("$", "$$") for word in command + values(asked["arguments"])])
        same("the program", program, words[0])
        reads, writes = ["/srv/read"] + values(asked["read"]), ["/srv/write"] + values(asked["write"])
        same("ReadOnlyPaths", loaded["ReadOnlyPaths"], [simplified(p) for p in reads if not in_home(p)])
        same("ReadWritePaths", loaded["ReadWritePaths"], [simplified(p) for p in writes if not in_home(p)])
        same("BindReadOnlyPaths", [p[:2] for p in loaded["BindReadOnlyPaths"]],
             [[simplified(p)] * 2 for p in reads if in_home(p)])
        own = [p for p in loaded["BindPaths"] if p[1] == "/run/mcp-stack/bridge"]
        same("BindPaths", [p[:2] for p in loaded["BindPaths"] if p not in own],
             [[simplified(p)] * 2 for p in writes if in_home(p)])
        assert all(p[0].startswith("/run/mcp-stack/metrics/b") for p in own), own
        same("LoadCredentialEncrypted", loaded["LoadCredentialEncrypted"],
             [["mcp-stack.c", "/etc/credstore.encrypted/mcp-stack.c"]])

    def compare_gateway(self):
        """nginx's file as nginx's own rules of words read it, and as nginx itself judges it."""
        if self.is_named:
            return
        file = self.file("gateway/nginx.conf")
        [http] = [inner for words, inner in nginx_tree(file.read_bytes().decode()) if words == ["http"]]
        sockets = [line[1] for words, inner in http if words[0] == "upstream"
                   for line, _ in inner if line[0] == "server"]
        paths = [words[2] for words, inner in http if words == ["server"]
                 for words, _ in inner if words[:2] == ["location", "~"]]
        for asked in self.servers.values():
            if not asked["pattern"].is_refused:
                check(asked["pattern"].value in paths, f"nginx.conf lacks the path {asked['pattern']}")
            if asked["is_native"] is None:
                check(asked["url"].outcome in sockets, f"nginx.conf lacks the socket {asked['url']}")
        done = subprocess.run(["nginx", "-t", "-q", "-e", "stderr", "-c", file], capture_output=True)
        check(done.returncode == 0 and not done.stderr, f"nginx -t {file}:\n{done.stderr.decode(errors='replace')}")

    def compare_connector(self):
        """cloudflared's file as another YAML parser reads it."""
        if not self.is_named:
            return
        found = yaml.safe_load(self.file("connector/config.yml").read_bytes())
        check(found["tunnel"] == self.name.outcome, f"tunnel {ascii(found['tunnel'])} instead of {self.name}")
        rules = []
        for server, asked in self.servers.items():
            pattern = asked["pattern"]
            paths = ([] if pattern.is_refused else [pattern.value]) + ["^/oth[e]r"]
            rules += [(f"{server}.example.com", path, asked) for path in paths]
        check(found["ingress"].pop() == {"service": "http_status:404"}, "the last rule takes the rest")
        check(len(found["ingress"]) == len(rules), f"{len(found['ingress'])} rules instead of {len(rules)}")
        for rule, (hostname, path, asked) in zip(found["ingress"], rules):
            check((rule["hostname"], rule["path"]) == (hostname, path), f"{ascii(rule)} instead of {ascii(path)}")
            if asked["is_native"] is None:
                check(rule["service"] == asked["url"].outcome, f"{ascii(rule)} instead of {asked['url']}")
                origin = {"connectTimeout": "30s", "proxyAddress": asked["proxyAddress"].outcome}
                if not asked["caPool"].is_refused:
                    origin["caPool"] = asked["caPool"].value
                check(rule["originRequest"] == origin, f"{ascii(rule)} instead of {ascii(origin)}")


def main():
    seed = int(os.environ.get("MCP_STACK_SEED", "1"))
    print(f"MCP_STACK_SEED={seed}", flush=True)
    shutil.rmtree(WORK, ignore_errors=True)
    # nginx tries its run-time paths even when it only tests.
    pathlib.Path("/run/mcp-gateway").mkdir(exist_ok=True)
    batches = [Batch(number, random.Random(f"{seed} {number}")) for number in range(BATCHES)]
    for batch in batches:
        batch.generate()
        batch.compare_shape()
        batch.compare_connector()
        batch.compare_gateway()
        batch.load()
    everything = [candidate for batch in batches for candidate in batch.stack.candidates]
    accepted = [candidate for candidate in everything if not candidate.is_refused]
    print(f"{len(accepted)} texts accepted, {len(everything) - len(accepted)} refused", flush=True)
    # Fields that take any text refuse only what no program can be given.
    check(len(accepted) > len(everything) * 0.4, "most texts are refused")
    subprocess.run(["systemctl", "daemon-reload"], check=True)
    for batch in batches:
        batch.compare_units()
    complaints = daemon_complaints()
    check(not complaints, "systemd complains:\n" + "\n".join(complaints[:20]))
    running.run(random.Random(f"{seed} running"), WORK / "running")


if __name__ == "__main__":
    main()

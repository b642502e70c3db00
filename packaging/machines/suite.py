# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Runs debian/tests as autopkgtest would, each test on a machine of its own."""

import os
import re
import shutil
import subprocess
import time

from machines.booted import Machine
from machines.image import REPOSITORY, CannotRun, Failed, build, output

TEST_DEADLINE = 300
REBOOT_MARK = "/var/tmp/autopkgtest-mark"
# What autopkgtest offers a test that needs a reboot: the machine is booted again, and the test run with its mark.
REBOOT_HOOK = f"""cat > /tmp/autopkgtest-reboot <<'END'
#!/bin/sh
echo "$1" > {REBOOT_MARK}
kill -KILL "$PPID"
END
chmod 755 /tmp/autopkgtest-reboot"""
TESTS_IN_MACHINE = "/srv/mcp-stack"


def listed_tests():
    """The names in debian/tests/control, in its order."""
    control = (REPOSITORY / "debian/tests/control").read_text()
    return [name for line in re.findall(r"^Tests:(.*(?:\n .*)*)", control, re.M)
            for name in line.replace(",", " ").split()]


def require_installable(suite, image, deb):
    """Makes sure that the package was not built for a newer C library than the suite's: that depends on the
    computer it was built on, and is no fault of the package's."""
    needed = re.search(r"\blibc6 \(>= ([^)]+)\)", output("dpkg-deb", "--field", str(deb), "Depends"))
    present = output("dpkg-query", f"--admindir={image}/var/lib/dpkg", "--show", "--showformat=${Version}", "libc6")
    if needed and subprocess.run(["dpkg", "--compare-versions", present, "lt", needed[1]]).returncode == 0:
        raise CannotRun(f"{deb.name} needs libc6 {needed[1]}, and {suite} has {present}; build it on {suite}")


def run_test(machine, name, deb):
    """Runs one test; returns its status as autopkgtest defines it (0 passed, 77 skipped) and what it printed."""
    # Of the source tree, what the tests read.
    for folder in ("debian/tests", "Tests/StackPlanTests/Fixtures"):
        shutil.copytree(REPOSITORY / folder, machine.root / TESTS_IN_MACHINE[1:] / folder)
    mark_file = machine.root / REBOOT_MARK[1:]
    machine.start()
    machine.install(deb)
    log, mark = b"", ""
    while True:
        machine.run(["sh", "-c", REBOOT_HOOK], check=True)
        argv = ["env", "--chdir", TESTS_IN_MACHINE, f"AUTOPKGTEST_REBOOT_MARK={mark}",
                "AUTOPKGTEST_TMP=/var/tmp", f"MCP_STACK_DEB=/srv/{deb.name}",
                f"debian/tests/{name}"]
        try:
            done = machine.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TEST_DEADLINE)
        except subprocess.TimeoutExpired as late:
            return 1, (log + (late.stdout or b"") + b"\n(not finished in time)").decode(errors="replace")
        log += done.stdout
        if not mark_file.exists():
            return done.returncode, log.decode(errors="replace")
        mark = mark_file.read_text().strip()
        mark_file.unlink()
        log += f"(powered off in {machine.poweroff():.1f} s, booting again)\n".encode()
        machine.start()


def test(suite, deb, names):
    """Runs the named tests, or all; prints one line for each and the counts at the end."""
    known = listed_tests()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"machine: no such test: {', '.join(unknown)} (there are: {', '.join(known)})")
    image = build(suite)
    require_installable(suite, image, deb)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name in names or known:
        begin, began = time.monotonic(), int(time.time())
        machine = Machine(image, f"mcp-{suite}-{os.getpid()}")
        try:
            status, log = run_test(machine, name, deb)
        except Failed as failure:
            status, log = 1, str(failure)
        word, count = {0: ("ok", "passed"), 77: ("skip", "skipped")}.get(status, ("FAIL", "failed"))
        counts[count] += 1
        print(f"{word:4} {suite}/{name} ({time.monotonic() - begin:.0f} s)", flush=True)
        if log and (word != "ok" or os.environ.get("MCP_STACK_VERBOSE")):
            print(indented(log), flush=True)
        if word == "FAIL" and machine.nspawn.poll() is None:
            report = machine.run(["sh", "-c", "systemctl --failed --no-legend; "
                                  f"journalctl --no-pager --quiet --since @{began} | tail -n 100"],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            print("    the machine's failed units and the end of its journal:")
            print(indented(report.stdout.decode(errors="replace")), flush=True)
        machine.remove()
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts), flush=True)
    return 1 if counts["failed"] else 0


def indented(text):
    return "".join(f"    | {line}\n" for line in text.rstrip().splitlines()).rstrip("\n")

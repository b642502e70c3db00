# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""A booted machine: an image under a layer in memory, run by systemd-nspawn."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from machines.image import CACHE, Failed

BOOT_DEADLINE = 90
POWEROFF_DEADLINE = 30
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "DEBIAN_FRONTEND": "noninteractive",
    "SYSTEMD_PAGER": "",
}


def enter_private_mounts():
    """Restarts this program in mounts of its own; whatever is mounted from here on vanishes with it.

    systemd-nspawn refuses a /run that is not a tmpfs, and the machine's own file system lies in it as well.
    """
    if os.environ.get("MCP_STACK_MACHINE_MOUNTS") != str(os.getpid()):
        os.environ["MCP_STACK_MACHINE_MOUNTS"] = str(os.getpid())
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755,size=75%", "tmpfs", "/run"], check=True)


def make_cgroups(name):
    """Control groups for one machine, below this program's own: nspawn would put all machines into the same one.

    A computer with both versions of control groups has two that matter, systemd's own and the unified one.
    """
    mounts = [line.split() for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
    folders = []
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        kind, option = ("cgroup2", "") if controllers == "" else ("cgroup", controllers)
        if controllers in ("", "name=systemd"):
            at = next((m[4] for m in mounts if m[m.index("-") + 1] == kind and option in m[-1].split(",") + [""]), None)
            if at:
                folders.append(pathlib.Path(at, path.lstrip("/"), name))
                folders[-1].mkdir(exist_ok=True)
    return folders


def prepare_child(cgroups, in_background):
    """Between fork and exec: enters the control groups, and has the kernel ask nspawn, when this program ends
    however it ends, to shut the machine down."""
    for folder in cgroups:
        (folder / "cgroup.procs").write_text("0")
    if not in_background:
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def remove_cgroups(folders):
    """Removes them; returns those that are still in use."""
    for top in folders:
        for folder, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
    return [top for top in folders if os.path.exists(top)]


class Machine:
    """One machine: an image that stays as it is, under a layer in memory that takes every change."""

    def __init__(self, image, name):
        base = pathlib.Path("/run/machine")
        self.root = base / name
        self.console = CACHE / f"{name}.console"
        upper, work = base / f"{name}.upper", base / f"{name}.work"
        for folder in (self.root, upper, work):
            folder.mkdir(parents=True)
        options = f"lowerdir={image},upperdir={upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", str(self.root)], check=True)
        self.layers = (upper, work)
        self.name = name
        self.cgroups = make_cgroups(name)
        self.nspawn = None
        self.leader = None

    def start(self, in_background=False):
        """Boots and waits until systemd has finished starting."""
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--machine={self.name}",
                   f"--directory={self.root}", "--private-network", "--console=pipe", "--boot"]
        environment = {**ENVIRONMENT, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        with open(self.console, "ab") as console:
            self.nspawn = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console, env=environment,
                start_new_session=True, preexec_fn=lambda: prepare_child(self.cgroups, in_background))
        deadline = time.monotonic() + BOOT_DEADLINE
        while time.monotonic() < deadline and self.nspawn.poll() is None:
            self.leader = find_leader(self.nspawn.pid)
            if self.leader:
                state = self.run(["systemctl", "is-system-running"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL).stdout.decode().strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.1)
        tail = "\n".join(self.console.read_text(errors="replace").splitlines()[-25:])
        self.kill()
        raise Failed(f"the machine did not come up; the end of its console ({self.console}):\n{tail}")

    def run(self, argv, **options):
        """Runs a command inside, with a plain environment."""
        return subprocess.run(enter(self.leader, argv), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              start_new_session=True, **options)

    def install(self, deb):
        """Installs the package with apt, from inside and without network."""
        copy = self.root / "srv" / deb.name
        shutil.copy(deb, copy)
        copy.chmod(0o644)
        done = self.run(["apt-get", "install", "--yes", "--quiet=2", f"/srv/{deb.name}"],
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Failed("apt could not install the package:\n" + done.stdout.decode(errors="replace"))

    def poweroff(self):
        """Shuts down in order; returns the seconds it took."""
        begin = time.monotonic()
        self.run(["systemctl", "poweroff"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.nspawn.wait(POWEROFF_DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"the machine did not power off within {POWEROFF_DEADLINE} s") from None
        return time.monotonic() - begin

    def kill(self):
        """Ends it at once. Process 1 goes first, and takes the rest along: it would outlive nspawn."""
        if self.leader and self.nspawn.poll() is None:
            os.kill(self.leader, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.nspawn.wait(5)
        self.nspawn.kill()
        self.nspawn.wait()

    def remove(self):
        """Shuts down, if it still runs, and forgets everything the machine wrote."""
        if self.nspawn and self.nspawn.poll() is None:
            with contextlib.suppress(Failed):
                self.poweroff()
        remove_cgroups(self.cgroups)
        subprocess.run(["umount", str(self.root)], check=True)
        for folder in (self.root, *self.layers):
            shutil.rmtree(folder)


def find_leader(nspawn):
    """The machine's process 1 as this computer numbers it: the child of nspawn that is 1 in its own namespace."""
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except (FileNotFoundError, ProcessLookupError):
            continue
        numbers = fields.get("NSpid", "").split()
        if fields.get("PPid") == str(nspawn) and len(numbers) > 1 and numbers[-1] == "1":
            return int(numbers[0])
    return None


def enter(leader, argv):
    return ["nsenter", f"--target={leader}", "--all", "--root", "--wd", "--", *argv]

# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""The images: a Debian suite as mmdebstrap makes it, once, with the tests' client and server inside."""

import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("MCP_STACK_CACHE", REPOSITORY / "build/machines"))
PYTHON_OF_SUITE = {"bookworm": "3.11", "trixie": "3.13"}
PACKAGES = """systemd systemd-sysv dbus polkitd nginx-light python3 python3-venv python3-yaml
              python3-jsonschema curl git procps libyaml-0-2 libsystemd0 libstdc++6""".split()
# The virtual environments of the tests, in /opt: both generations of PyPI's SDK, and another client.
WHEELS = {
    "mcp-tests": ["mcp>=2,<3", "mcp-server-time", "mcp-server-git", "fastmcp>=4"],
    "mcp-tests-v1": ["mcp>=1.30,<2", "mcp-server-sqlite"],
}
# What runs once in a new image. The machine id is fixed so that no boot is a "first boot", which would enable
# every installed service; timers that want the network are masked.
CUSTOMIZE = r"""
set -eu
for folder in "$1"/opt/wheels/*; do
    name=${folder##*/}
    chroot "$1" python3 -m venv "/opt/$name"
    chroot "$1" sh -c "/opt/$name/bin/pip install --quiet --no-index --no-deps /opt/wheels/$name/*.whl"
done
rm -rf "$1/opt/wheels"
chroot "$1" systemctl --quiet disable nginx.service
chroot "$1" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-networkd-wait-online.service
chroot "$1" systemd-machine-id-setup
echo machine > "$1/etc/hostname"
printf '127.0.0.1 localhost machine\n::1 localhost\n' > "$1/etc/hosts"
"""


class CannotRun(Exception):
    """This computer lacks something; the message says what and how to get it."""


class Failed(Exception):
    """The machine did not do what was asked of it."""


def require(*programs):
    """Makes sure of root and of the programs, or says all that is missing at once."""
    packages = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container"}
    missing = [f"{p} (apt-get install {packages.get(p, 'util-linux')})" for p in programs if not shutil.which(p)]
    if os.geteuid() != 0:
        missing.insert(0, "root (run it as root, or with sudo)")
    if missing:
        raise CannotRun("a Debian machine cannot be started here; missing: " + ", ".join(missing))


def output(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout


def mirror():
    """The URL from which this computer's own apt gets Debian."""
    if shutil.which("apt-get"):
        targets = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(ORIGIN)", "Created-By: Packages"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        for line in targets.splitlines():
            uri, release, *origin = line.split()
            if origin == ["Debian"] and not release.endswith("-security"):
                return uri
    return "http://deb.debian.org/debian"


def apt_options():
    """The proxy and date settings of this computer's apt, for apt inside mmdebstrap."""
    if not shutil.which("apt-config"):
        return []
    wanted = re.compile(r"Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b")
    lines = output("apt-config", "dump", "--format", "%F %v;%n").splitlines()
    pairs = (line.rstrip(";").split(" ", 1) for line in lines if wanted.match(line))
    return [f'--aptopt={name} "{value}"' for name, value in pairs if value]


def download_wheels(suite):
    """The Python programs of the tests, for the suite's own Python."""
    wheels = CACHE / "wheels" / suite
    stamp = CACHE / "wheels" / f"{suite}.recipe"
    if stamp.exists() and stamp.read_text() == json.dumps(WHEELS):
        return wheels
    shutil.rmtree(wheels, ignore_errors=True)
    version, machine = PYTHON_OF_SUITE[suite], os.uname().machine
    platforms = [f"manylinux_2_28_{machine}", f"manylinux_2_17_{machine}", f"manylinux2014_{machine}", "any"]
    for name, packages in WHEELS.items():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
                   "--dest", str(wheels / name), "--only-binary=:all:", "--implementation", "cp",
                   "--python-version", version, *(f"--platform={p}" for p in platforms), *packages]
        if subprocess.run(command).returncode != 0:
            raise CannotRun("the tests' Python packages could not be downloaded (pip says why above; "
                            "is python3-pip installed?)")
    stamp.write_text(json.dumps(WHEELS))
    return wheels


def build(suite):
    """The suite's image, made when there is none yet or when its recipe changed."""
    require("mmdebstrap", "systemd-nspawn", "unshare", "nsenter")
    CACHE.mkdir(parents=True, exist_ok=True)
    recipe = hashlib.sha256(json.dumps([PACKAGES, WHEELS, CUSTOMIZE]).encode()).hexdigest()
    image, stamp = CACHE / suite, CACHE / f"{suite}.recipe"
    with open(CACHE / f"{suite}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if image.is_dir() and stamp.exists() and stamp.read_text() == recipe:
            return image
        print(f"building the {suite} image (once; a few minutes)", flush=True)
        wheels = download_wheels(suite)
        stamp.unlink(missing_ok=True)
        shutil.rmtree(image, ignore_errors=True)
        log = CACHE / f"{suite}.log"
        command = ["mmdebstrap", "--variant=minbase", "--mode=root", "--include=" + ",".join(PACKAGES),
                   *apt_options(), '--customize-hook=mkdir "$1/opt/wheels"',
                   f"--customize-hook=sync-in {wheels} /opt/wheels",
                   f"--customize-hook={CUSTOMIZE}", suite, str(image), mirror()]
        with open(log, "w") as stream:
            if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream).returncode != 0:
                tail = "\n".join(log.read_text().splitlines()[-25:])
                raise Failed(f"mmdebstrap failed; the end of {log}:\n{tail}")
        stamp.write_text(recipe)
    return image

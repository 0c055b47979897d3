"""Says politely why the lab cannot run here, before anything is touched."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.rig.shell import LabError
from tools.catalogue import locate
from tools.errors import ToolMissing

LOCK = Path("/run/realip-lab.lock")
PROGRAMS = (
    "ip",
    "iptables",
    "haproxy",
    "tcpdump",
    "conntrack",
    "wrk",
    "etcd",
    "openssl",
    "setpriv",
    "kube-apiserver",
    "kubectl",
)


def check_machine() -> None:
    """Raise `LabError` where this machine or user cannot have network namespaces."""
    if sys.platform != "linux":
        raise LabError(
            f"the lab is made of Linux network namespaces, and this is {sys.platform}: run it on a Linux machine or VM"
        )
    if os.geteuid() != 0:
        raise LabError(
            "the lab needs root for its network namespaces: run it as root, for example with "
            f"`sudo {sys.executable} -m lab ...`; it touches nothing outside them"
        )


def check_programs() -> None:
    """Raise `LabError` where a program is missing, or where root is not allowed to make namespaces."""
    for program in PROGRAMS:
        try:
            locate(program)
        except ToolMissing as problem:
            raise LabError(str(problem)) from problem
    try:
        allowed = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError as problem:
        raise LabError("unshare and nsenter (Debian package util-linux) are not installed") from problem
    if not allowed:
        raise LabError(
            "this root may not make network namespaces (a container without CAP_SYS_ADMIN?): run on the machine itself"
        )


@contextmanager
def only_one() -> Iterator[None]:
    """One command at a time: two would take each other's namespaces away."""
    with LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise LabError("another `python -m lab` is at work on this machine: wait for it to end") from problem
        yield
